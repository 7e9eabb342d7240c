import { createTRPCClient } from "@trpc/client";

import type { AppRouter } from "@app/api";
import { createSessionClient, type SessionClient } from "@countersign/client";

/** The client that browsers have, with a cookie, and what it showed of its connection. */
export interface OpenClient extends Disposable {
  readonly client: SessionClient;
  readonly rpc: ReturnType<typeof createTRPCClient<AppRouter>>;
  /** Every state its connection was in since it was open. */
  readonly states: string[];
}

/** Opens it at this address, as the user whose cookie it is, and resolves when it is connected. */
export async function openClient(url: string, cookie: string): Promise<OpenClient> {
  const client = createSessionClient({ url, channel: null, fetch: withCookie(cookie), WebSocket: socketClass(cookie) });
  const opened = Promise.withResolvers<void>();
  const states: string[] = [];
  const look = () => {
    const { state } = client.connection.get();
    if (state === "open") opened.resolve();
    states.push(state);
  };
  client.connection.subscribe(look);
  client.connect();
  await opened.promise;
  states.length = 0;
  return {
    client,
    rpc: createTRPCClient<AppRouter>({ links: client.links<AppRouter>() }),
    states,
    [Symbol.dispose]: () => client.close(),
  };
}

function withCookie(cookie: string): typeof fetch {
  return (input, init) => {
    const headers = new Headers(init?.headers);
    headers.set("cookie", cookie);
    return fetch(input, { ...init, headers });
  };
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
