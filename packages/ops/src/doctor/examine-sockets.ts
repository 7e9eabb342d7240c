import { openSocket, type SocketAnswer } from "./socket-probe.ts";
import { broken, doubtful, skipped, type Symptom, well } from "./symptom.ts";

/** Nobody's page comes from there (RFC 2606). */
const foreignOrigin = "https://countersign-doctor.invalid";

/** Opens sockets as a page of the site and as one of another site do, and holds one in silence. */
export async function examineSockets(site: URL, idleSeconds: number): Promise<readonly Symptom[]> {
  const own = await openSocket(site, { origin: site.origin });
  if (!("socket" in own)) {
    const rest = ["foreign-origin", "frames", "idle"].map((id) => skipped(id, "No socket could be opened."));
    return [explainRefusal(own), ...rest];
  }
  using socket = own.socket;
  const frames = examineFrames(await socket.ping());
  const foreign = await examineForeign(site);
  const closed = await socket.staysOpen(idleSeconds * 1000);
  const idle = examineSilence(closed, { idleSeconds, serverPings: socket.serverPings });
  return [well("upgrade", "A page of the site opens a WebSocket."), foreign, frames, idle];
}

function explainRefusal(answer: Exclude<SocketAnswer, { socket: unknown }>): Symptom {
  const id = "upgrade";
  if ("fault" in answer) {
    return broken(
      id,
      `The WebSocket is not opened (${answer.fault}).`,
      "The proxy ends or holds what it should pass on: let it forward upgrades, over HTTP/1.1.",
    );
  }
  const what = `A page of the site is answered ${answer.status} instead of a WebSocket.`;
  if (answer.status === 403) {
    return broken(id, what, "Its origin is refused: write it as PUBLIC_URL, or into ALLOWED_ORIGINS.");
  }
  if (answer.status === 400 && !answer.body.startsWith("{")) {
    return broken(id, what, "The server does not know the Host: let the proxy pass it on, and write it as PUBLIC_URL.");
  }
  if (answer.status === 429) return broken(id, what, "Too many sockets of one address: is TRUST_PROXY set?");
  if ([502, 504].includes(answer.status)) return broken(id, what, "The proxy does not reach the server.");
  if (answer.status === 503) return broken(id, what, "The server is full or about to stop: its log says which.");
  return broken(
    id,
    `${what} The proxy passes the request on without its Upgrade.`,
    "nginx: proxy_http_version 1.1; proxy_set_header Upgrade $http_upgrade; proxy_set_header Connection upgrade; for /trpc.",
  );
}

async function examineForeign(site: URL): Promise<Symptom> {
  const id = "foreign-origin";
  const answer = await openSocket(site, { origin: foreignOrigin });
  if (!("socket" in answer)) return well(id, "A page of another site is refused.");
  answer.socket[Symbol.dispose]();
  return broken(
    id,
    "A page of another site opens a WebSocket.",
    "Let the proxy pass Origin on as it is, and name your own origins only in ALLOWED_ORIGINS.",
  );
}

function examineFrames(answeredMs: number | null): Symptom {
  const id = "frames";
  if (answeredMs === null) {
    return broken(
      id,
      "What is sent over the WebSocket is not answered.",
      "The proxy holds frames back: switch its buffering off for /trpc.",
    );
  }
  if (answeredMs < 1000) return well(id, `A frame is answered after ${answeredMs} ms.`);
  return doubtful(id, `A frame is answered after ${answeredMs} ms only.`, "Look at the load of server and database.");
}

function examineSilence(
  closed: { readonly afterMs: number; readonly code: number } | null,
  { idleSeconds, serverPings }: { readonly idleSeconds: number; readonly serverPings: number },
): Symptom {
  const id = "idle";
  if (closed !== null) {
    return broken(
      id,
      `A silent WebSocket is cut after ${(closed.afterMs / 1000).toFixed(1)} s (code ${closed.code}).`,
      "Let the proxy's timeout for silent connections be longer than PING_SECONDS and PONG_SECONDS together; nginx: proxy_read_timeout 75s.",
    );
  }
  const seen = `A silent WebSocket stays open for ${idleSeconds} s`;
  if (idleSeconds < 60) return well(id, `${seen}. Proxies often cut after 60 s: --idle 70 waits for that.`);
  if (serverPings > 0) return well(id, `${seen}, with ${serverPings} pings of the server.`);
  return doubtful(
    id,
    `${seen}, and no ping of the server arrived.`,
    "Let PING_SECONDS be shorter than any timeout on the way.",
  );
}
