import { monotonicMs } from "../monotonic-clock.ts";
import type { SideProcess } from "../side/start-side.ts";
import type { Member } from "../sides/countersign-members.ts";
import { buildFrame } from "../wire/frame.ts";
import { openSockets } from "../wire/open-sockets.ts";
import type { WireSocket } from "../wire/wire-socket.ts";

/** How long a socket rests between the answer to a call and the next one. */
const restMs = 5;
const watchId = 1;
const longestMs = 15_000;
/** So many calls of a socket with a deep queue are always under way: most of them wait for their user's turn. */
const deepQueue = 100;

/** What a socket asks for besides what it watches: nothing; one call after the other; many at once. */
const queues = [0, 1, deepQueue];

/** What a socket of a user was given while access was taken away. */
export interface VictimSocket {
  readonly session: number;
  /** It calls nothing: whatever ends it was told, and not found by a call of its own. */
  readonly isQuiet: boolean;
  /** How many calls it has under way. */
  readonly queue: number;
  readonly socket: WireSocket;
  /** When the last answer came that only somebody with the right gets. */
  lastShownAt: number;
  /** When the subscription was told that the right is gone. */
  withdrawnAt: number | null;
  /** When the first call was refused. */
  refusedAt: number | null;
}

/**
 * Three sockets for each session on each replica: all watch behind a permission; one of them calls behind it all the while, and
 * one has a deep queue of readings that take a moment each. Returns when each has been shown something.
 *
 * @throws when one of them is refused, or is shown nothing in time
 */
export async function openVictimSockets(sides: readonly SideProcess[], victim: Member): Promise<VictimSocket[]> {
  const places = victim.sessions.flatMap(({ cookie }, session) =>
    sides.flatMap(({ port }) => queues.map((queue) => ({ cookie, session, port, queue }))),
  );
  const { promise: ready, resolve, reject } = Promise.withResolvers<void>();
  const timer = setTimeout(() => reject(new Error("A socket was shown nothing.")), longestMs);
  const begun = new Set<WireSocket>();
  const bySocket = new Map<WireSocket, VictimSocket>();

  function onText(payload: Buffer, socket: WireSocket): void {
    const own = bySocket.get(socket);
    const { id, result, error } = JSON.parse(payload.toString()) as Envelope;
    if (!own || result?.type === "started" || id === null) return;
    if (error) {
      // Before all are ready access was taken too early.
      reject(new Error(`A socket was refused before all were open: ${payload.toString()}`));
      if (id === watchId) own.withdrawnAt ??= monotonicMs();
      else own.refusedAt ??= monotonicMs();
      return;
    }
    own.lastShownAt = monotonicMs();
    if (own.isQuiet === (id === watchId)) begun.add(socket);
    if (begun.size === places.length) resolve();
    if (id === watchId) return;
    if (own.queue === deepQueue) socket.write(callFrame(id + deepQueue, "report"));
    else setTimeout(() => socket.isOpen && socket.write(callFrame(id + 1, "me")), restMs);
  }

  const sockets = await openSockets(places.map(({ port, cookie }) => ({ port, cookie, onText })));
  const own = sockets.map((socket, index): VictimSocket => {
    const { session = 0, queue = 0 } = places[index] ?? {};
    return { session, queue, isQuiet: queue === 0, socket, lastShownAt: 0, withdrawnAt: null, refusedAt: null };
  });
  for (const each of own) bySocket.set(each.socket, each);
  for (const { socket, queue } of own) {
    socket.write(watchFrame);
    for (let index = 1; index <= queue; index += 1)
      socket.write(callFrame(watchId + index, queue === deepQueue ? "report" : "me"));
  }
  await ready.finally(() => clearTimeout(timer));
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

function callFrame(id: number, path: "me" | "report"): Buffer {
  return buildFrame("text", JSON.stringify({ id, method: "query", params: { path } }));
}
