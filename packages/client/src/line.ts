import { createWSClient, type TRPCWebSocketClient, wsLink } from "@trpc/client";

import { SessionSocket, type SocketOwner, type SocketTiming } from "./session-socket.ts";
import { openLink, type SendOperation } from "./terminating-link.ts";

/**
 * tRPC's client of one auth epoch, and its sockets. `present` is the last one that said whose it is; `newest` is the same,
 * or one that is on its way to replace it.
 */
export interface Line {
  readonly client: TRPCWebSocketClient;
  readonly request: SendOperation;
  present: SessionSocket | null;
  newest: SessionSocket | null;
  identifiedAt: number;
}

export interface LineOptions {
  readonly WebSocket: typeof WebSocket | undefined;
  readonly timing: SocketTiming;
  /** The address of the server, asked for once per try and answered when the try may be made. */
  readonly nextUrl: (line: Line) => Promise<string>;
  readonly ownerOf: (line: Line) => SocketOwner;
}

/** Opens a line: tRPC's client begins to connect. */
export function openLine(options: LineOptions): Line {
  const client = createWSClient({
    // tRPC asks at once, before there is a line to ask for.
    url: () => Promise.resolve().then(() => options.nextUrl(line)),
    // It is given what it uses of a WebSocket, not all of one.
    WebSocket: socketClass(options, () => line) as unknown as typeof WebSocket,
    // The waiting is done in `nextUrl`, where it can be cut short.
    retryDelayMs: () => 0,
  });
  const line: Line = { client, request: openLink(wsLink({ client })), present: null, newest: null, identifiedAt: 0 };
  return line;
}

/** Drops a line and its sockets; nothing of it is heard any more. */
export function closeLine(line: Line): void {
  line.newest?.discard();
  line.present?.discard();
  // It may wait for an address that never comes; nobody waits for it.
  void line.client.close();
}

/** tRPC's client calls `new` with an address and nothing else. */
function socketClass(options: LineOptions, readLine: () => Line) {
  const WebSocketClass = requireWebSocket(options.WebSocket);
  return class extends SessionSocket {
    constructor(url: string) {
      super(new WebSocketClass(url), options.ownerOf(readLine()), options.timing);
    }
  };
}

function requireWebSocket(given: typeof WebSocket | undefined): typeof WebSocket {
  if (given) return given;
  throw new Error("There is no WebSocket here. Pass one to createSessionClient as `WebSocket`.");
}
