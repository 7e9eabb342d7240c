import { monotonicMs } from "../monotonic-clock.ts";
import { headLength, writeDigits } from "../wire/frame.ts";
import type { WireSocket } from "../wire/wire-socket.ts";

import { answerEnd, answerMiddle, answerStart, buildCall, callEnd, callStart, firstId, idDigits } from "./load.ts";

const idAt = answerStart.length;
const digitsPlace = { head: headLength(callStart.length + idDigits + callEnd.length), at: callStart.length };

/** One connection's calls: a frame for each place, whose id is written anew for each call. */
export class Caller {
  readonly cookie: string;
  /** In milliseconds; null while nothing is measured. */
  latencies: number[] | null = null;
  readonly #depth: number;
  readonly #frames: Buffer[];
  readonly #ids: number[];
  readonly #sentAt: number[];
  readonly #tail: Buffer;

  constructor(depth: number, [cookie, answer]: readonly [string, string]) {
    this.cookie = cookie;
    this.#depth = depth;
    this.#ids = Array.from({ length: depth }, (_, place) => firstId + place);
    this.#frames = this.#ids.map(buildCall);
    this.#sentAt = this.#ids.map(() => 0);
    this.#tail = Buffer.from(`${answerMiddle}${answer}${answerEnd}`);
  }

  start(socket: WireSocket): void {
    for (const [place, frame] of this.#frames.entries()) {
      this.#sentAt[place] = monotonicMs();
      socket.write(frame);
    }
  }

  handleAnswer(payload: Buffer, socket: WireSocket): void {
    const id = Number(payload.toString("latin1", idAt, idAt + idDigits));
    const place = (id - firstId) % this.#depth;
    const frame = this.#frames[place];
    if (!frame || this.#ids[place] !== id || !this.#isTail(payload)) {
      throw new Error(`A wrong answer: ${payload.toString()}\nexpected: …${this.#tail.toString()}`);
    }

    this.latencies?.push(socket.lastByteAt - (this.#sentAt[place] ?? 0));
    this.#ids[place] = id + this.#depth;
    this.#sentAt[place] = socket.lastByteAt;
    writeDigits(frame, digitsPlace, String(id + this.#depth));
    socket.write(frame);
  }

  #isTail(payload: Buffer): boolean {
    const start = idAt + idDigits;
    return payload.length - start === this.#tail.length && this.#tail.compare(payload, start) === 0;
  }
}
