import { useEffect } from "react";

import type { SnapshotState } from "@countersign/client";
import { safeReturnTo } from "@countersign/contract";
import { useSnapshot } from "@countersign/react";

import { usePages } from "../provider/pages-context.ts";

export interface Entry {
  /** Where the visitor will go: `next` when it is a path of this site, else home. */
  readonly returnTo: string;
  /** Known to be nobody: only then is the page to be shown. */
  readonly isAnonymous: boolean;
}

/**
 * For pages that are for those who are not signed in: whoever is, or becomes so here or in another tab, is sent on,
 * leaving no entry in the history.
 */
export function useLeaveWhenSignedIn(next: unknown): Entry {
  const { navigate, routes } = usePages();
  const visitor = useSnapshot(readVisitor);
  const returnTo = safeReturnTo(next, routes.home);

  useEffect(() => {
    if (visitor === "user") navigate(returnTo, { replace: true });
  }, [visitor, returnTo, navigate]);

  return { returnTo, isAnonymous: visitor === "anonymous" };
}

function readVisitor(snapshot: SnapshotState): "unknown" | "user" | "anonymous" {
  if (snapshot.status === "loading") return "unknown";
  return snapshot.user.isAuthenticated ? "user" : "anonymous";
}
