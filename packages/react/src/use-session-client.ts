import { createContext, useContext } from "react";

import type { SessionClient } from "@countersign/client";

export const SessionContext = createContext<SessionClient | null>(null);

/** The session client of the nearest provider. @throws when there is none. */
export function useSessionClient(): SessionClient {
  const client = useContext(SessionContext);
  if (!client) throw new Error("There is no session here. Put <SessionProvider client={…}> around the app.");
  return client;
}
