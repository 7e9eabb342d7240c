import { randomUUID } from "node:crypto";
import { setTimeout as pause } from "node:timers/promises";

import type { Bus } from "./bus.ts";
import { decodeMessage, encodeEcho, encodeHints, gap, type PublishedHint } from "./message.ts";
import { Subscribers } from "./subscribers.ts";

/** A connection to what carries messages between replicas. */
export interface Link {
  /**
   * Resolves with null when the message has been taken, and with the reason when it was refused over a connection that is still
   * good. Rejects when it is not known to be.
   */
  send(message: string): Promise<Error | null>;
  /**
   * Asked at each heartbeat, where one can be asked: does this reach the others at all? Resolves with null when it does, and with
   * the reason when it does not.
   */
  readonly verify?: () => Promise<Error | null>;
  /** Resolves when the connection is gone. */
  readonly lost: Promise<void>;
  close(): void;
}

export interface ReplicatedBusOptions {
  /** Opens a link on which every message sent by anybody from now on is received, one's own too. */
  readonly connect: (onMessage: (text: string) => void) => Promise<Link>;
  /** Largest message the carrier takes, in bytes. */
  readonly mostBytes: number;
  /** Hears of a connection that was lost or cannot be made, and of subscribers that throw. */
  readonly onError?: (error: unknown) => void;
  /** How often a replica listens for its own voice. Without an answer for twice as long, the connection is given up; 2000. */
  readonly heartbeatMs?: number;
}

/** Hints that wait for a connection. Beyond this many, the others are told that they have missed some. */
const mostWaiting = 10_000;
const firstPauseMs = 50;
const longestPauseMs = 2000;

/**
 * The bus of several replicas. A hint is told in this process at once, and to the others as soon as the carrier takes it.
 * Each time it connects, hints of others may have been missed: it tells `gap` then, and everything is read again. While there
 * is no connection, hints wait; nothing else does. What the carrier refuses is told as a gap; one that refuses even that, or
 * never brings back this replica's own voice, is no connection, and is tried again ever more rarely.
 */
export function createReplicatedBus({
  connect,
  mostBytes,
  onError = () => {},
  heartbeatMs = 2000,
}: ReplicatedBusOptions): Bus {
  const origin = randomUUID();
  const subscribers = new Subscribers(onError);
  const stopping = new AbortController();
  const { signal } = stopping;
  const counts = { published: 0, received: 0, gaps: 0 };
  let waiting: PublishedHint[] = [];
  let link: Link | null = null;
  /** Has the link brought back something that was sent over it? */
  let isCarrying = false;
  let isSending = false;
  /** Lets go of what is being sent over a link that is gone. */
  let stopSending: (error: Error) => void = () => {};
  let heard = 0;

  function receive(text: string): void {
    const { from, hints, echo } = decodeMessage(text);
    if (from === origin) {
      if (echo === null || echo <= heard) return;
      heard = echo;
      isCarrying = link !== null;
      return;
    }
    counts.received += hints.length;
    for (const { hint, publishedAt } of hints) subscribers.tell(hint, publishedAt);
  }

  async function sendWaiting(): Promise<void> {
    if (isSending || link === null) return;
    isSending = true;
    const through = link;
    while (waiting.length > 0 && link === through) {
      const hints = waiting;
      waiting = [];
      const { promise: stopped, reject } = Promise.withResolvers<never>();
      // The link may be lost when nothing is sent.
      stopped.catch(() => {});
      stopSending = reject;
      try {
        await Promise.race([sendAll(through, hints), stopped]);
      } catch (error) {
        onError(error);
        // Some may have arrived: hearing a hint twice does no harm.
        waiting = [...hints, ...waiting];
        through.close();
        break;
      }
    }
    isSending = false;
  }

  async function sendAll(through: Link, hints: readonly PublishedHint[]): Promise<void> {
    for (const message of encodeHints(origin, hints, mostBytes)) {
      const refusal = await through.send(message);
      if (refusal === null) continue;
      onError(refusal);
      // Sent again it would be refused again, and what waits behind it would never leave.
      const [instead = ""] = encodeHints(origin, [{ hint: gap, publishedAt: null }], mostBytes);
      const refusedAgain = await through.send(instead);
      if (refusedAgain !== null) throw refusedAgain;
    }
  }

  async function keepConnected(): Promise<void> {
    let pauseMs = firstPauseMs;
    while (!signal.aborted) {
      const opened = await open();
      if (opened) {
        const hasCarried = await serve(opened);
        if (hasCarried) pauseMs = firstPauseMs;
      }
      await pause(pauseMs * (0.5 + Math.random()), undefined, { signal, ref: false }).catch(() => {});
      pauseMs = Math.min(pauseMs * 2, longestPauseMs);
    }
  }

  /** Null when there is none, and when the bus is closed meanwhile: nobody waits for a carrier that hangs. */
  async function open(): Promise<Link | null> {
    const { promise: stopped, resolve: stop } = Promise.withResolvers<null>();
    const onAbort = () => stop(null);
    signal.addEventListener("abort", onAbort, { once: true });
    const opening = connect(receive).catch((error: unknown) => {
      if (!signal.aborted) onError(error);
      return null;
    });
    const opened = await Promise.race([opening, stopped]);
    signal.removeEventListener("abort", onAbort);
    if (signal.aborted) void opening.then((late) => late?.close());
    return signal.aborted ? null : opened;
  }

  /** Uses the link until it is lost. Has it carried anything? */
  async function serve(opened: Link): Promise<boolean> {
    const close = () => opened.close();
    signal.addEventListener("abort", close, { once: true });
    if (signal.aborted) close();
    link = opened;
    counts.gaps += 1;
    subscribers.tell(gap, null);
    void sendWaiting();
    const stopListening = listenForOwnVoice(opened);
    await opened.lost;
    stopListening();
    link = null;
    const hasCarried = isCarrying;
    isCarrying = false;
    stopSending(new Error("The connection was lost before it had taken everything."));
    signal.removeEventListener("abort", close);
    if (!signal.aborted) onError(new Error("The bus lost its connection. It connects again."));
    return hasCarried;
  }

  /** A connection can be open and yet carry nothing: a server that hangs, a pooler that does not pass notices on. */
  function listenForOwnVoice(opened: Link): () => void {
    let said = heard;
    const speak = () => {
      if (said - heard >= 2) return opened.close();
      said += 1;
      for (const answer of [opened.send(encodeEcho(origin, said)), opened.verify?.()]) {
        void answer?.then(closeIfRefused, () => opened.close());
      }
    };
    function closeIfRefused(refusal: Error | null): void {
      if (refusal === null) return;
      onError(refusal);
      opened.close();
    }
    const timer = setInterval(speak, heartbeatMs);
    timer.unref();
    speak();
    return () => {
      clearInterval(timer);
      heard = said;
    };
  }

  const running = keepConnected();
  return {
    get isConnected() {
      return isCarrying;
    },
    counts,
    publish(hint) {
      const publishedAt = Date.now();
      counts.published += 1;
      subscribers.tell(hint, publishedAt);
      if (waiting.length < mostWaiting) waiting.push({ hint, publishedAt });
      else waiting = [{ hint: gap, publishedAt }];
      // What is published in one turn travels together.
      queueMicrotask(() => void sendWaiting());
    },
    subscribe: (onHint) => subscribers.add(onHint),
    async close() {
      subscribers.clear();
      stopping.abort();
      await running;
    },
  };
}
