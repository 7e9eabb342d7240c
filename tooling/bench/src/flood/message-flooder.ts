import { once } from "node:events";
import { setTimeout as pause } from "node:timers/promises";
import { parentPort, workerData } from "node:worker_threads";

import { CloseCode, type ErrorReason } from "@countersign/contract";

import { buildCall, firstId } from "../load/load.ts";
import { type WireEnd, WireSocket } from "../wire/wire-socket.ts";

import type { MessageFlood, MessageFloodCounts } from "./flood-messages.ts";
import { pace } from "./pace.ts";

/** One who is not let in tries again so often in a second, over all connections together: it is messages that are measured. */
const triesPerSecond = 100;

// The thread of `prepareMessageFlood`: it is ready, is told to begin, and tells how it went.
if (parentPort === null) throw new Error("A flooder is a thread.");
const began = once(parentPort, "message");
// oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread has none
parentPort.postMessage("ready");
await began;
// oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread has none
parentPort.postMessage(await run(workerData as MessageFlood));

interface Envelope {
  readonly result?: unknown;
  readonly error?: { readonly data?: { readonly reason?: ErrorReason; readonly retryAfterSeconds?: number } };
}

async function run({ port, cookies, framesPerSecond, seconds }: MessageFlood): Promise<MessageFloodCounts> {
  const counts = { sent: 0, answered: 0, throttled: 0, closed: 0, cut: 0, turnedAway: 0 };
  const sockets = new Map<number, WireSocket>();
  let [id, isOver] = [firstId, false];
  const over = pause(seconds * 1000).then(() => {
    isOver = true;
    return null;
  });

  function send(): void {
    const socket = sockets.get(id % cookies.length);
    const frame = buildCall(id);
    id += 1;
    // What is due while it comes back is left out.
    if (!socket?.isOpen) return;
    socket.write(frame);
    counts.sent += 1;
  }

  async function keepOpen(cookie: string, place: number): Promise<void> {
    while (!isOver) {
      const socket = await open(cookie);
      if (socket === null) {
        counts.turnedAway += 1;
        continue;
      }
      sockets.set(place, socket);
      noteEnd(await Promise.race([socket.ended, over]));
      socket.destroy();
    }
  }

  async function open(cookie: string): Promise<WireSocket | null> {
    try {
      return await WireSocket.open({ port, cookie, onText });
    } catch {
      // Whatever the reason, it is counted, and tried again.
      await pause((1000 / triesPerSecond) * cookies.length);
      return null;
    }
  }

  /** Null when the flood is over before. */
  function noteEnd(end: WireEnd | null): void {
    if (end === null) return;
    if (end.code === CloseCode.flooding) counts.closed += 1;
    else if (end.code === null) counts.cut += 1;
    else throw new Error(`A connection that floods was closed with ${end.code}.`);
  }

  function onText(payload: Buffer): void {
    const { result, error } = JSON.parse(payload.toString()) as Envelope;
    const isHint = error?.data?.reason === "RATE_LIMITED" && (error.data.retryAfterSeconds ?? 0) > 0;
    if (result !== undefined) counts.answered += 1;
    else if (isHint) counts.throttled += 1;
    else throw new Error(`A call of the flood was answered with something else: ${payload.toString()}`);
  }

  using _sending = pace(framesPerSecond, send);
  await Promise.all(cookies.map(keepOpen));
  return counts;
}
