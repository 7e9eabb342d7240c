import { parseSessionChange, type SessionChange } from "@countersign/contract";

/** The other tabs of this browser, which share the cookie and so the session. */
export interface Tabs {
  readonly tell: (change: SessionChange) => void;
  readonly close: () => void;
}

/**
 * Tells the other tabs what became of the session, and hears it from them: that something changed, never whose it is.
 * Without a channel the server's close code does the same, a little later.
 */
export function joinTabs(channel: BroadcastChannel | null, onChange: (change: SessionChange) => void): Tabs {
  if (!channel) return { tell: () => {}, close: () => {} };

  channel.addEventListener("message", (event: MessageEvent<unknown>) => {
    const change = readChange(event.data);
    if (change) onChange(change);
  });

  return {
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a BroadcastChannel has no target
    tell: (change) => channel.postMessage({ sessionChange: change }),
    close: () => channel.close(),
  };
}

/** Any script of this origin may post here: what is not understood is not for us. */
function readChange(data: unknown): SessionChange | null {
  if (typeof data !== "object" || data === null || !("sessionChange" in data)) return null;
  return parseSessionChange(data.sessionChange);
}
