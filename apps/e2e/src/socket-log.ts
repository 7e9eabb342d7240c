import type { Page } from "@playwright/test";

/** What went over a page's WebSockets. */
export interface SocketLog {
  readonly received: readonly string[];
  /** How many of its sockets are open now. */
  readonly open: number;
  /** How many it has opened. */
  readonly opened: number;
}

/** Listens to the sockets a page opens from now on; call it before the page goes anywhere. */
export function watchSockets(page: Page): SocketLog {
  const log = { received: [] as string[], open: 0, opened: 0 };
  page.on("websocket", (socket) => {
    log.open += 1;
    log.opened += 1;
    socket.on("framereceived", ({ payload }) => log.received.push(String(payload)));
    socket.on("close", () => (log.open -= 1));
  });
  return log;
}
