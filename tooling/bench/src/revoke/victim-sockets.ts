import { monotonicMs } from "../monotonic-clock.ts";
import type { SideProcess } from "../side/start-side.ts";
import type { Member } from "../sides/countersign-members.ts";
import { buildFrame } from "../wire/frame.ts";
import { openSockets } from "../wire/open-sockets.ts";
import type { WireSocket } from "../wire/wire-socket.ts";

/** How long a socket rests between the answer to a call and the next one. */
const restMs = 5;
const watchId = 1;

/** What a socket of a user was given while access was taken away. */
export interface VictimSocket {
  readonly session: number;
  /** It calls nothing: whatever ends it was told, and not found by a call of its own. */
  readonly isQuiet: boolean;
  readonly socket: WireSocket;
  /** When the last answer came that only somebody with the right gets. */
  lastShownAt: number;
  /** When the subscription was told that the right is gone. */
  withdrawnAt: number | null;
  /** When the first call was refused. */
  refusedAt: number | null;
}

/**
 * Two sockets for each session on each replica: both watch behind a permission, and one of them calls behind it all the while.
 * Returns when each has been shown something.
 */
export async function openVictimSockets(sides: readonly SideProcess[], victim: Member): Promise<VictimSocket[]> {
  const places = victim.sessions.flatMap(({ cookie }, session) =>
    sides.flatMap(({ port }) => [true, false].map((isQuiet) => ({ cookie, session, port, isQuiet }))),
  );
  const { promise: ready, resolve } = Promise.withResolvers<void>();
  const begun = new Set<WireSocket>();
  const bySocket = new Map<WireSocket, VictimSocket>();

  function onText(payload: Buffer, socket: WireSocket): void {
    const own = bySocket.get(socket);
    const { id, result, error } = JSON.parse(payload.toString()) as Envelope;
    if (!own || result?.type === "started" || id === null) return;
    if (error) {
      if (id === watchId) own.withdrawnAt ??= monotonicMs();
      else own.refusedAt ??= monotonicMs();
      return;
    }
    own.lastShownAt = monotonicMs();
    if (own.isQuiet === (id === watchId)) begun.add(socket);
    if (begun.size === places.length) resolve();
    if (id === watchId) return;
    setTimeout(() => socket.isOpen && socket.write(callFrame(id + 1)), restMs);
  }

  const sockets = await openSockets(places.map(({ port, cookie }) => ({ port, cookie, onText })));
  const own = sockets.map((socket, index): VictimSocket => {
    const { session = 0, isQuiet = true } = places[index] ?? {};
    return { session, isQuiet, socket, lastShownAt: 0, withdrawnAt: null, refusedAt: null };
  });
  for (const each of own) bySocket.set(each.socket, each);
  for (const { socket, isQuiet } of own) {
    socket.write(watchFrame);
    if (!isQuiet) socket.write(callFrame(watchId + 1));
  }
  await ready;
  return own;
}

interface Envelope {
  readonly id: number | null;
  readonly result?: { readonly type: string };
  readonly error?: unknown;
}

const watchFrame = buildFrame(
  "text",
  JSON.stringify({ id: watchId, method: "subscription", params: { path: "watch" } }),
);

function callFrame(id: number): Buffer {
  return buildFrame("text", JSON.stringify({ id, method: "query", params: { path: "me" } }));
}
