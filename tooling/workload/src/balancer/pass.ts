import type { Socket } from "node:net";

/** `up` is from clients to servers. */
export type Direction = "up" | "down";

/** What the network does to what goes through. */
export interface Conditions {
  /** What goes this way vanishes without a word, the end of a connection too. */
  readonly dropped: Direction | "both" | null;
  /** What goes this way is not taken, so that the sender's buffers fill. */
  readonly paused: Direction | "both" | null;
  /** How much later everything arrives, each way. */
  readonly delayMs: number;
  /** Of each connection, each way. */
  readonly bytesPerSecond: number;
}

export const goodConditions: Conditions = {
  dropped: null,
  paused: null,
  delayMs: 0,
  bytesPerSecond: Number.POSITIVE_INFINITY,
};

export function isConcerned(which: Direction | "both" | null, direction: Direction): boolean {
  return which === "both" || which === direction;
}

/** Hands on what comes from one socket to the other, as the conditions are at that moment. */
export function pass(from: Socket, to: Socket, direction: Direction, conditions: () => Conditions): void {
  const isDropped = () => isConcerned(conditions().dropped, direction);
  const isPaused = () => isConcerned(conditions().paused, direction);

  from.on("data", (chunk: Buffer) => {
    if (isDropped()) return;
    const { delayMs, bytesPerSecond } = conditions();
    later(delayMs, () => to.writable && to.write(chunk));
    const restMs = (chunk.length / bytesPerSecond) * 1000;
    if (isPaused() || restMs > 0 || to.writableLength > mostWaiting) {
      from.pause();
      // Those that are paused from outside are resumed from there.
      if (restMs > 0) setTimeout(() => isPaused() || from.resume(), restMs);
      else if (!isPaused()) to.once("drain", () => isPaused() || from.resume());
    }
  });
  from.on("error", () => from.destroy());
  from.on("close", () => {
    if (!isDropped()) later(conditions().delayMs, () => to.destroySoon());
  });
  if (!isPaused()) from.resume();
}

/** Beyond this many bytes the sender waits, as it would for a network. */
const mostWaiting = 1024 * 1024;

function later(ms: number, act: () => void): void {
  if (ms === 0) act();
  else setTimeout(act, ms);
}
