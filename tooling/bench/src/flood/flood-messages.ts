import { once } from "node:events";
import { Worker } from "node:worker_threads";

/** One user who sends far more than they may, over each of these connections. Plain data: it travels to another thread. */
export interface MessageFlood {
  readonly port: number;
  /** One connection for each: its `Cookie` header. */
  readonly cookies: readonly string[];
  /** Over all of them, one after the other. */
  readonly framesPerSecond: number;
  readonly seconds: number;
}

/** How a flood of messages went. */
export interface MessageFloodCounts {
  /** Frames, each with one call. */
  readonly sent: number;
  /** Calls that were carried out. */
  readonly answered: number;
  /** Calls that were refused, with a hint when to come back. */
  readonly throttled: number;
  /** Connections that were closed with 4429. */
  readonly closed: number;
  /** Connections that ended without a close frame: the flooder had not read what was sent before. */
  readonly cut: number;
  /** Connections that were not let in. */
  readonly turnedAway: number;
}

/**
 * Floods for so long when it is told to begin, and comes back at once whenever a connection is closed. In a thread of its own:
 * what reading and writing costs the flooder must not delay those who are measured, nor must loading it.
 *
 * @throws when a call is answered with anything but its result or that hint, or a connection is closed with another code
 */
export async function prepareMessageFlood(flood: MessageFlood): Promise<() => Promise<MessageFloodCounts>> {
  const worker = new Worker(new URL("./message-flooder.ts", import.meta.url), { workerData: flood });
  await once(worker, "message");
  return async () => {
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread has none
    worker.postMessage("begin");
    const [counts] = (await once(worker, "message")) as [MessageFloodCounts];
    await worker.terminate();
    return counts;
  };
}
