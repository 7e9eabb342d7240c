import { useEffect, useEffectEvent } from "react";

import type { Notice } from "@countersign/contract";

import { useSessionClient } from "./use-session-client.ts";

/**
 * Hears of short messages for the person while the component is mounted: those the server sends with `notify`, each in one
 * window of a browser, and what a refused call says.
 */
export function useNotices(onNotice: (notice: Notice) => void): void {
  const client = useSessionClient();
  const hear = useEffectEvent(onNotice);
  useEffect(() => client.onNotice((notice) => hear(notice)), [client]);
}
