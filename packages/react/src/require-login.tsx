import { useEffect, useEffectEvent } from "react";

import type { SnapshotState } from "@countersign/client";
import { safeReturnTo, type SessionEndReason } from "@countersign/contract";

import { Authenticated, type GateProps } from "./gates.tsx";
import { useSnapshot } from "./use-snapshot.ts";

export interface RequireLoginProps extends GateProps {
  /**
   * Sends the visitor to the sign-in page; called once when it turns out that nobody is signed in. `returnTo` is the
   * page asked for, as a path of this site; `endReason` says how the session ended, null when there was none, so that
   * a person who signed out is not led back.
   */
  readonly redirect?: (returnTo: string, endReason: SessionEndReason | null) => void;
}

/** Shows its children to signed-in users and sends all others to sign in, showing `fallback` meanwhile. */
export function RequireLogin({ redirect, ...gate }: RequireLoginProps) {
  const ending = useSnapshot(describeEnding);
  const send = useEffectEvent((endReason: SessionEndReason | null) => redirect?.(readReturnTo(), endReason));
  useEffect(() => {
    if (ending !== "present") send(ending);
  }, [ending]);

  return <Authenticated {...gate} />;
}

/** Why nobody is there; `present` while somebody is, or may be. */
function describeEnding(state: SnapshotState): SessionEndReason | null | "present" {
  return state.status === "loading" || state.user.isAuthenticated ? "present" : state.endReason;
}

function readReturnTo(): string {
  const { pathname, search, hash } = globalThis.location;
  return safeReturnTo(`${pathname}${search}${hash}`);
}
