import { useState } from "react";

import type { ProviderStart } from "@countersign/client";

import { usePages } from "../provider/pages-context.ts";

export interface ProviderSignIn {
  /** The provider that the browser is on its way to; null when it is not. */
  readonly goingTo: string | null;
  /** Why the last visit could not begin, or null. */
  readonly failure: unknown;
  /** Goes to a provider. The page is left; where the browser comes back to is for the server to say. */
  readonly start: (visit: ProviderStart) => void;
}

/** Going to an identity provider, without its looks: to sign in, or to link it to one's account. */
export function useProviderSignIn(): ProviderSignIn {
  const { calls, leave, isLeaving } = usePages();
  const [asked, setAsked] = useState<{ readonly provider: string; readonly isOver: boolean } | null>(null);
  const [failure, setFailure] = useState<unknown>(null);
  const isAsking = asked !== null && !asked.isOver;

  async function start(visit: ProviderStart) {
    setFailure(null);
    setAsked({ provider: visit.provider, isOver: false });
    try {
      const { url } = await calls.startProvider(visit);
      leave(url);
    } catch (error) {
      setFailure(error);
    } finally {
      setAsked({ provider: visit.provider, isOver: true });
    }
  }

  return {
    goingTo: isAsking || isLeaving ? (asked?.provider ?? null) : null,
    failure,
    start(visit) {
      if (!isAsking && !isLeaving) void start(visit);
    },
  };
}
