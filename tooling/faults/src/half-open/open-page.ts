import { createSessionClient, type SessionClient, type SessionClientOptions } from "@countersign/client";

/** The client that pages have, with the cookie a browser would send. Resolves when it is connected. */
export async function openPage(
  url: string,
  cookie: string,
  timing: SessionClientOptions["timing"] = {},
): Promise<SessionClient> {
  const client = createSessionClient({ url, channel: null, WebSocket: socketClass(cookie), timing });
  await whenState(client, (state) => state === "open");
  return client;
}

/** Resolves when the connection of the page is in such a state. */
export function whenState(client: SessionClient, fits: (state: string) => boolean): Promise<void> {
  return new Promise((resolve) => {
    const look = () => {
      if (!fits(client.connection.get().state)) return;
      stop();
      resolve();
    };
    // It may be so already: `stop` is there by then.
    const stop = client.connection.subscribe(() => queueMicrotask(look));
    look();
  });
}

function socketClass(cookie: string): typeof WebSocket {
  return class extends WebSocket {
    constructor(url: string | URL) {
      // Node's takes headers where the DOM's takes protocols; a browser sends both by itself.
      const headers = { cookie, origin: new URL(url).origin.replace(/^ws/, "http") };
      super(url, { headers } as unknown as string[]);
    }
  };
}
