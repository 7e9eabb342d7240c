import { useEffect } from "react";

import type { SnapshotState } from "@countersign/client";
import { safeReturnTo } from "@countersign/contract";
import { useSnapshot } from "@countersign/react";

import { usePages } from "../provider/pages-context.ts";

export interface Entry {
  /** Where the visitor will go: `next` when it is a path of this site, else `home`. */
  readonly returnTo: string;
  /** Only then is the page to be shown: nobody is signed in, or the app lets those who are stay. */
  readonly isReady: boolean;
}

/**
 * For pages that are for those who are not signed in: whoever is, or becomes so here or in another tab, is sent on,
 * leaving no entry in the history. `home` is where to, when `next` says nothing.
 */
export function useLeaveWhenSignedIn(next: unknown, home: string): Entry {
  const { navigate, settings } = usePages();
  const visitor = useSnapshot(readVisitor);
  const returnTo = safeReturnTo(next, home);
  const isLeaving = visitor === "user" && settings.leaveWhenSignedIn;

  useEffect(() => {
    if (isLeaving) navigate(returnTo, { replace: true });
  }, [isLeaving, returnTo, navigate]);

  return { returnTo, isReady: visitor !== "unknown" && !isLeaving };
}

function readVisitor(snapshot: SnapshotState): "unknown" | "user" | "anonymous" {
  if (snapshot.status === "loading") return "unknown";
  return snapshot.user.isAuthenticated ? "user" : "anonymous";
}
