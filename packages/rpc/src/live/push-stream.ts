import type { TRPCError } from "@trpc/server";

import type { Connection } from "../connection/connection.ts";
import { takeStartedId } from "../connection/frames.ts";

import type { SharedFrame } from "./shared-frame.ts";

/** The open end of a pushed subscription. */
export interface PushSink {
  /** Sends a frame, unless the connection is dead. */
  send(frame: SharedFrame): void;
  /** Ends the subscription with an error the client sees. */
  fail(error: TRPCError): void;
}

/**
 * A subscription whose frames are written straight to the socket. To tRPC's adapter it is an async iterable that has
 * nothing to say until it ends, so that starting, stopping, errors and reconnecting stay tRPC's; a generator would cost a
 * dozen promises and the client's wake-up for each message.
 *
 * `Data` is what the client receives: a plain value, or `TrackedEnvelope<…>` when its frames carry event ids.
 */
export class PushStream<Data> implements AsyncIterable<Data> {
  readonly #connection: Connection;
  readonly #open: (sink: PushSink) => () => void;
  #onEnd: (() => void) | null = null;

  /** `open` is called when the client has been told that the subscription has started; what it returns, when it ends. */
  constructor(connection: Connection, open: (sink: PushSink) => () => void) {
    this.#connection = connection;
    this.#open = open;
  }

  /** Calls back once, when the stream has ended or is thrown away. */
  onEnd(callback: () => void): void {
    this.#onEnd = callback;
  }

  [Symbol.asyncIterator](): AsyncIterator<Data> {
    const id = takeStartedId();
    const { promise, resolve, reject } = Promise.withResolvers<IteratorResult<Data>>();
    let close = id === null ? null : this.#open(this.#sink(id, reject));

    return {
      next: () => promise,
      return: async () => {
        close?.();
        close = null;
        this.#onEnd?.();
        this.#onEnd = null;
        resolve({ done: true, value: undefined });
        return promise;
      },
    };
  }

  #sink(id: string | number, fail: (error: TRPCError) => void): PushSink {
    const { services, socket } = this.#connection;
    const send = (frame: SharedFrame) => {
      services.traffic.pushesSent += 1;
      socket.send(frame.bytesFor(id), { binary: false });
    };
    return { send, fail };
  }
}
