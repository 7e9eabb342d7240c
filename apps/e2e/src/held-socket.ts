import type { Page, WebSocketRoute } from "@playwright/test";

/** The line between a page and the server, which a test can hold up or cut. */
export interface HeldSocket {
  /** From now on nothing of what the server says arrives. */
  hold(): void;
  /** All of what was held up arrives, and all that comes after. */
  release(): void;
  /** Closes the page's socket as a lost connection does; what was held up is lost. It may come back at once, by a new one. */
  cut(): Promise<void>;
  /** How many sockets the page has opened. */
  readonly opened: number;
  /** What the page has sent. */
  readonly sent: readonly string[];
}

/** Stands between a page and the server from now on; call it before the page goes anywhere. */
export async function holdSocket(page: Page): Promise<HeldSocket> {
  const sent: string[] = [];
  let opened = 0;
  let isHeld = false;
  let kept: (() => void)[] = [];
  let present: { readonly socket: WebSocketRoute; readonly server: WebSocketRoute } | null = null;

  await page.routeWebSocket(/\/trpc/, (socket) => {
    const server = socket.connectToServer();
    present = { socket, server };
    opened += 1;
    socket.onMessage((message) => {
      sent.push(String(message));
      server.send(message);
    });
    server.onMessage((message) => {
      if (isHeld) kept.push(() => socket.send(message));
      else socket.send(message);
    });
  });

  return {
    sent,
    get opened() {
      return opened;
    },
    hold: () => void (isHeld = true),
    release() {
      isHeld = false;
      for (const send of kept) send();
      kept = [];
    },
    async cut() {
      kept = [];
      isHeld = false;
      const lost = present;
      present = null;
      await lost?.socket.close({ code: 3000 });
      await lost?.server.close();
    },
  };
}
