import { once } from "node:events";
import { createServer, type IncomingHttpHeaders, type IncomingMessage, request } from "node:http";
import { type AddressInfo, connect, type Socket } from "node:net";

export interface ProxyOptions {
  /** Forwards upgrades as what is left of them without the header, as many proxies do until they are told. */
  readonly dropsUpgrades?: boolean;
  /** Ends an upgraded connection on which nothing has moved for so long. */
  readonly cutsAfterMs?: number;
  /** Keeps back what is sent over an upgraded connection. */
  readonly holdsFrames?: boolean;
  readonly changeRequest?: (headers: IncomingHttpHeaders, peer: string) => IncomingHttpHeaders;
  readonly changeAnswer?: (headers: IncomingHttpHeaders) => IncomingHttpHeaders;
}

export interface Proxy extends AsyncDisposable {
  readonly url: URL;
  /** Where it forwards to. Until that is said: where nobody listens. */
  target: URL;
}

const nowhere = new URL("http://127.0.0.1:1");

/** A proxy on a free port of this machine, with the mistakes it is asked for. */
export async function startProxy(options: ProxyOptions = {}): Promise<Proxy> {
  const { changeAnswer = same } = options;
  const proxy = { target: nowhere };
  const open = new Set<Socket>();
  const server = createServer((incoming, answer) => {
    const { method, url: path } = incoming;
    const call = request(new URL(path ?? "/", proxy.target), {
      method,
      headers: headersFor(options, incoming),
      agent: false,
    });
    call.on("response", (response) => {
      answer.writeHead(response.statusCode ?? 502, changeAnswer(response.headers));
      response.pipe(answer);
    });
    call.on("error", () => answer.writeHead(502).end("Bad Gateway"));
    incoming.pipe(call);
  });
  if (options.dropsUpgrades !== true)
    server.on("upgrade", (incoming, socket) => forward({ ...options, ...proxy }, incoming, socket as Socket, open));
  server.on("connection", (socket) => track(open, socket));
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return Object.assign(proxy, {
    url: new URL(`http://localhost:${(server.address() as AddressInfo).port}`),
    async [Symbol.asyncDispose]() {
      const closed = once(server, "close");
      server.close();
      for (const socket of open) socket.destroy();
      await closed;
    },
  });
}

function forward(
  options: ProxyOptions & Pick<Proxy, "target">,
  incoming: IncomingMessage,
  socket: Socket,
  open: Set<Socket>,
): void {
  const { target, cutsAfterMs, holdsFrames } = options;
  const upstream = connect(Number(target.port), target.hostname);
  track(open, upstream);
  const lines = Object.entries(headersFor(options, incoming)).map(([name, value]) => `${name}: ${String(value)}\r\n`);
  upstream.write(`${incoming.method} ${incoming.url} HTTP/1.1\r\n${lines.join("")}\r\n`);
  upstream.pipe(socket);
  if (holdsFrames !== true) socket.pipe(upstream);
  for (const [one, other] of [
    [socket, upstream],
    [upstream, socket],
  ] as const) {
    one.on("error", () => other.destroy()).on("close", () => other.destroy());
  }
  if (cutsAfterMs !== undefined) socket.setTimeout(cutsAfterMs, () => socket.destroy());
}

function headersFor(
  { changeRequest = same, dropsUpgrades }: ProxyOptions,
  incoming: IncomingMessage,
): IncomingHttpHeaders {
  const headers = { ...changeRequest(incoming.headers, incoming.socket.remoteAddress ?? "") };
  if (dropsUpgrades === true) {
    delete headers.upgrade;
    delete headers.connection;
  }
  return headers;
}

function same(headers: IncomingHttpHeaders): IncomingHttpHeaders {
  return headers;
}

function track(open: Set<Socket>, socket: Socket): void {
  open.add(socket);
  socket.once("close", () => open.delete(socket));
}
