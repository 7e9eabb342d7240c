import { setTimeout as pause } from "node:timers/promises";

import { Client, type ClientConfig } from "pg";

import type { ExternalChange } from "../database.ts";
import type { OnError } from "../report.ts";

import type { TimedQueryConfig } from "./held-connection.ts";
import { cannotConnect } from "./postgres-error.ts";
import { holdServerMark } from "./server-mark.ts";

/**
 * Listens, on a connection of its own, to what the triggers tell. When the connection is lost it says so, connects again, and
 * reports `all` then: what was told meanwhile was told to nobody. Returns how to stop.
 *
 * @throws DatabaseUnavailable when the first connection cannot be made
 */
export async function watchNotifications(
  settings: ClientConfig,
  options: {
    readonly onChange: (change: ExternalChange) => void;
    readonly onLost: () => void;
    readonly onError: OnError;
  },
): Promise<() => Promise<void>> {
  const stopping = new AbortController();
  const { signal } = stopping;

  /** One who listens and throws does not end the listening. */
  function report(tell: () => void): void {
    try {
      tell();
    } catch (error) {
      options.onError(error);
    }
  }

  const listen = () => connectListener(settings, (payload) => report(() => options.onChange(parseChange(payload))));

  async function keepListening(first: Listener): Promise<void> {
    let listener = first;
    while (!signal.aborted) {
      await listener.lost;
      if (signal.aborted) return;
      report(options.onLost);
      const next = await connectAgain(listen, signal);
      if (!next) return;
      listener = next;
      signal.addEventListener("abort", listener.close, { once: true });
      if (signal.aborted) listener.close();
      report(() => options.onChange({ kind: "all" }));
    }
  }

  const first = await listen();
  signal.addEventListener("abort", first.close, { once: true });
  const running = keepListening(first);
  return async () => {
    stopping.abort();
    await running;
  };
}

interface Listener {
  /** Resolves when the connection is gone, or does not answer any more. */
  readonly lost: Promise<void>;
  readonly close: () => void;
}

async function connectListener(settings: ClientConfig, onPayload: (payload: string) => void): Promise<Listener> {
  const client = new Client(settings);
  const { promise: lost, resolve: lose } = Promise.withResolvers<void>();
  client.on("error", () => lose());
  client.on("end", () => lose());
  client.on("notification", ({ payload }) => onPayload(payload ?? ""));
  try {
    await client.connect();
    await client.query(holdServerMark);
    await client.query("listen countersign_changes");
  } catch (error) {
    void client.end();
    throw cannotConnect(error);
  }

  const heartbeat = setInterval(() => {
    client.query(heartbeatQuery).catch(() => lose());
  }, heartbeatMs);
  heartbeat.unref();
  const close = () => {
    clearInterval(heartbeat);
    lose();
    void client.end();
  };
  void lost.then(close);
  return { lost, close };
}

/** A connection that died without a word is noticed after at most two of these. */
const heartbeatMs = 5000;
const heartbeatQuery: TimedQueryConfig = { text: "select 1", query_timeout: heartbeatMs };

/** Tries until it is connected, at growing intervals that differ from replica to replica. Null when stopped meanwhile. */
async function connectAgain(connect: () => Promise<Listener>, signal: AbortSignal): Promise<Listener | null> {
  for (let pauseMs = 50; !signal.aborted; pauseMs = Math.min(pauseMs * 2, 5000)) {
    try {
      return await connect();
    } catch {
      // The statements of the pool tell that the database is away; here it is only waited for.
    }
    await pause(pauseMs * (0.5 + Math.random()), undefined, { signal, ref: false }).catch(() => {});
  }
  return null;
}

/** An unknown word may mean anything, so it means all. */
function parseChange(payload: string): ExternalChange {
  if (payload.startsWith("rows:")) return { kind: "rows", topic: payload };
  const [, kind, id] = /^(user|session):(.+)$/.exec(payload) ?? [];
  if (id !== undefined && (kind === "user" || kind === "session")) return { kind, id };
  return { kind: "all" };
}
