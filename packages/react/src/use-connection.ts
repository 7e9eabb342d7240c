import type { ConnectionState } from "@countersign/client";

import { useSessionClient } from "./use-session-client.ts";
import { useStore } from "./use-store.ts";

/** How the connection is, live; for telling the person what is being done about it. */
export function useConnection(): ConnectionState {
  return useStore(useSessionClient().connection, selectAll);
}

function selectAll(state: ConnectionState): ConnectionState {
  return state;
}
