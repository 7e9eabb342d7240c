import type { QueryClient } from "@tanstack/react-query";
import { type ReactNode, useEffect } from "react";

import type { SessionClient } from "@countersign/client";

import { followIdentity } from "./follow-identity.ts";
import { followRows } from "./follow-rows.ts";
import { SessionContext } from "./use-session-client.ts";

export interface SessionProviderProps {
  readonly client: SessionClient;
  /**
   * Is emptied when somebody else is signed in, so that nothing of one user is shown to the next, and kept in step with live
   * lists: see `followIdentity` and `followRows`.
   */
  readonly queryClient?: QueryClient;
  readonly children: ReactNode;
}

/** Gives the session to the components below. The client is the caller's: the provider does not close it. */
export function SessionProvider({ client, queryClient, children }: SessionProviderProps) {
  useEffect(() => {
    client.connect();
  }, [client]);
  useEffect(() => (queryClient ? followIdentity(client, queryClient) : undefined), [client, queryClient]);
  useEffect(() => (queryClient ? followRows(client, queryClient) : undefined), [client, queryClient]);

  return <SessionContext value={client}>{children}</SessionContext>;
}
