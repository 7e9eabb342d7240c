import { type AdminCalls, createAdminCalls, type SessionClient } from "@countersign/client";
import { useSessionClient } from "@countersign/react";

/** The admin's procedures, on the window's one connection. */
export function useAdminCalls(): AdminCalls {
  const client = useSessionClient();
  const known = callsOf.get(client);
  if (known) return known;

  const calls = createAdminCalls(client);
  callsOf.set(client, calls);
  return calls;
}

const callsOf = new WeakMap<SessionClient, AdminCalls>();
