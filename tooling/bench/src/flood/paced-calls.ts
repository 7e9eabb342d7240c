import { isDeepStrictEqual } from "node:util";

import { buildCall, firstId } from "../load/load.ts";
import { monotonicMs } from "../monotonic-clock.ts";
import type { Member } from "../sides/countersign-members.ts";
import { openSockets } from "../wire/open-sockets.ts";
import type { WireSocket } from "../wire/wire-socket.ts";

import { pace } from "./pace.ts";

/**
 * Users who call `me` at a steady pace, each over a socket, whether or not what they asked before has been answered: so
 * a server that stalls is seen in every call it keeps waiting, not in one.
 */
export class PacedCalls implements Disposable {
  readonly #sockets: readonly WireSocket[];
  readonly #waiting = new Map<number, number>();
  readonly #pace: Disposable;
  /** In milliseconds, of the calls answered since they were last taken. */
  #latencies: number[] = [];
  #nextId = firstId;
  #failure: Error | null = null;

  private constructor(sockets: readonly WireSocket[], callsPerSecond: number) {
    this.#sockets = sockets;
    this.#pace = pace(callsPerSecond, () => this.#call());
  }

  static async start(options: {
    readonly port: number;
    readonly members: readonly Member[];
    readonly callsPerSecond: number;
  }): Promise<PacedCalls> {
    let calls: PacedCalls | null = null;
    const sockets = await openSockets(
      options.members.map(({ sessions: [session], answer }) => ({
        port: options.port,
        cookie: session?.cookie ?? null,
        onText: (payload) => {
          if (calls !== null) calls.#handleAnswer(payload, answer);
        },
      })),
    );
    calls = new PacedCalls(sockets, options.callsPerSecond);
    return calls;
  }

  /**
   * Waits until everything asked by now is answered, and returns how long the calls took since it was last asked.
   *
   * @throws when an answer was not the caller's own, or a socket was closed
   */
  async takeLatencies(): Promise<number[]> {
    const last = this.#nextId;
    const isUnderWay = () => [...this.#waiting.keys()].some((id) => id < last);
    const giveUpAt = monotonicMs() + 30_000;
    while (isUnderWay() && this.#failure === null && monotonicMs() < giveUpAt) {
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    if (this.#failure) throw this.#failure;
    if (isUnderWay() || this.#sockets.some((socket) => !socket.isOpen)) throw new Error("Calls were left unanswered.");
    const latencies = this.#latencies;
    this.#latencies = [];
    return latencies;
  }

  [Symbol.dispose](): void {
    this.#pace[Symbol.dispose]();
    for (const socket of this.#sockets) socket.destroy();
  }

  #call(): void {
    const id = this.#nextId;
    this.#nextId += 1;
    const frame = buildCall(id);
    this.#waiting.set(id, monotonicMs());
    this.#sockets[id % this.#sockets.length]?.write(frame);
  }

  #handleAnswer(payload: Buffer, expected: Member["answer"]): void {
    const at = monotonicMs();
    const { id, result } = JSON.parse(payload.toString()) as { id: number; result?: { data: unknown } };
    const sentAt = this.#waiting.get(id);
    this.#waiting.delete(id);
    if (sentAt === undefined || !isDeepStrictEqual(result?.data, expected)) {
      this.#failure ??= new Error(`A wrong answer: ${payload.toString()}`);
      return;
    }
    this.#latencies.push(at - sentAt);
  }
}
