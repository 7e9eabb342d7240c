import { once } from "node:events";
import { type IncomingMessage, request } from "node:http";
import { text } from "node:stream/consumers";

import type { UserSnapshot } from "@countersign/contract";

/** What one open page of a user holds: a socket, and the snapshot that is pushed to it. */
export interface Window extends Disposable {
  readonly snapshots: readonly UserSnapshot[];
  readonly closed: Promise<{ readonly code: number; readonly reason: string }>;
  readonly isOpen: () => boolean;
  /** Waits for a snapshot, past or coming, that fits. */
  until(fits: (snapshot: UserSnapshot) => boolean): Promise<void>;
}

/** Where pages come from that the server accepts outside of production. */
const pageOrigin = "http://localhost:5173";

/** Signs in over HTTP and opens a socket with the cookie, as a browser does. */
export async function openWindow(serverUrl: string, login: string, password: string): Promise<Window> {
  const cookie = await signIn(serverUrl, login, password);
  // The second argument takes headers too, which a browser's WebSocket does not.
  const options = { headers: { cookie, origin: pageOrigin } } as unknown as string[];
  const socket = new WebSocket(`${serverUrl.replace("http", "ws")}/trpc`, options);
  const snapshots: UserSnapshot[] = [];
  const heard = new EventTarget();
  socket.addEventListener("message", ({ data }) => {
    if (!String(data).startsWith("{")) return;
    const frame = JSON.parse(String(data)) as { result?: { type: string; data?: UserSnapshot } };
    if (frame.result?.type === "data" && frame.result.data) snapshots.push(frame.result.data);
    heard.dispatchEvent(new Event("frame"));
  });
  const closed = new Promise<{ code: number; reason: string }>((resolve) =>
    socket.addEventListener("close", ({ code, reason }) => resolve({ code, reason })),
  );
  const refused = closed.then(({ code }) => Promise.reject(new Error(`The socket was refused: ${code}.`)));
  await Promise.race([once(socket, "open"), refused]);
  // From here on a close is what tests wait for.
  refused.catch(() => {});
  socket.send(JSON.stringify({ id: 1, method: "subscription", params: { path: "session.snapshot" } }));

  const window: Window = {
    snapshots,
    closed,
    isOpen: () => socket.readyState === WebSocket.OPEN,
    async until(fits) {
      while (!snapshots.some(fits)) await once(heard, "frame", { signal: AbortSignal.timeout(5000) });
    },
    [Symbol.dispose]: () => socket.close(),
  };
  await window.until(({ isAuthenticated }) => isAuthenticated);
  return window;
}

async function signIn(serverUrl: string, login: string, password: string): Promise<string> {
  const headers = { "content-type": "application/json", origin: pageOrigin };
  // A connection of its own, which is not kept: the socket's would be one the server may just be closing.
  const call = request(`${serverUrl}/trpc/auth.login`, { method: "POST", headers, agent: false });
  call.end(JSON.stringify({ login, password }));
  const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>();
  call.once("response", resolve).once("error", reject);
  const answer = await promise;
  const said = await text(answer);
  const cookie = answer.headers["set-cookie"]?.[0]?.split(";")[0];
  if (answer.statusCode === 200 && cookie !== undefined) return cookie;
  throw new Error(`${login} could not sign in: ${answer.statusCode} ${said}`);
}
