import { buildFrame } from "./frame.ts";
import { openSockets } from "./open-sockets.ts";
import type { WireSocket } from "./wire-socket.ts";

/** The client's way of asking to be shown its user, live: the same bytes for all sides. */
const snapshot = { path: "session.snapshot" };
/** That it has started, and the present state. */
const firstTexts = 2;

export interface WatchOptions {
  readonly port: number;
  /** One socket for each: its `Cookie` header. */
  readonly cookies: readonly (string | null)[];
  /** Called for each state after the first. The bytes hold only during the call. */
  readonly onChange?: (payload: Buffer, socket: WireSocket) => void;
  /** Called for the first state. */
  readonly onFirst?: (payload: Buffer) => void;
  /** Another subscription, instead of the snapshot's. */
  readonly subscription?: { readonly path: string; readonly input?: unknown };
}

/** Opens sockets that are shown their user's snapshot, and returns when each has been shown the present one. */
export async function watchSnapshots({
  port,
  cookies,
  onChange = ignore,
  onFirst = ignore,
  subscription = snapshot,
}: WatchOptions): Promise<WireSocket[]> {
  const { promise: all, resolve } = Promise.withResolvers<void>();
  let missing = cookies.length;
  const onText = (payload: Buffer, socket: WireSocket) => {
    if (socket.texts > firstTexts) return onChange(payload, socket);
    if (socket.texts < firstTexts) return;
    onFirst(payload);
    missing -= 1;
    if (missing === 0) resolve();
  };

  const sockets = await openSockets(cookies.map((cookie) => ({ port, cookie, onText })));
  const subscribe = buildFrame("text", JSON.stringify({ id: 1, method: "subscription", params: subscription }));
  for (const socket of sockets) socket.write(subscribe);
  const gone = Promise.race(sockets.map((socket) => socket.ended)).then(({ code }) => {
    throw new Error(`A socket ended (${code}) before it was shown anything.`);
  });
  await Promise.race([all, gone]);
  // Sockets are meant to end later.
  gone.catch(ignore);
  return sockets;
}

/** Has nothing happened to it since it was shown its first state? */
export function isUntouched(socket: WireSocket): boolean {
  return socket.isOpen && socket.texts === firstTexts;
}

function ignore(): void {}
