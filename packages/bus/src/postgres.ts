import { Client, DatabaseError } from "pg";

import type { Bus } from "./bus.ts";
import { createReplicatedBus, type Link } from "./replicated.ts";

export interface PostgresBusOptions {
  readonly url: string;
  /** Replicas of one app use the same; default `countersign_hints`. */
  readonly channel?: string;
  readonly onError?: (error: unknown) => void;
  /** See `ReplicatedBusOptions`. */
  readonly heartbeatMs?: number;
}

/** NOTIFY takes 8,000 bytes (PostgreSQL, `NOTIFY`). */
const mostBytes = 7900;
const answerMs = 5000;

/** A bus over LISTEN and NOTIFY, on a connection of its own: nothing to run besides the database. */
export function createPostgresBus({ url, channel = "countersign_hints", ...options }: PostgresBusOptions): Bus {
  if (!/^[a-z_][a-z0-9_]{0,62}$/.test(channel)) {
    throw new Error(`"${channel}" can't be a channel. Use lower-case letters, digits and _, at most 63 of them.`);
  }
  return createReplicatedBus({ ...options, mostBytes, connect: (onMessage) => connect(url, channel, onMessage) });
}

async function connect(url: string, channel: string, onMessage: (text: string) => void): Promise<Link> {
  const client = new Client({
    connectionString: url,
    fallback_application_name: "countersign bus",
    connectionTimeoutMillis: answerMs,
    statement_timeout: answerMs,
    query_timeout: answerMs,
    keepAlive: true,
    keepAliveInitialDelayMillis: 10_000,
  });
  const { promise: lost, resolve: lose } = Promise.withResolvers<void>();
  client.on("error", () => lose());
  client.on("end", () => lose());
  client.on("notification", ({ payload }) => onMessage(payload ?? ""));
  const close = () => {
    lose();
    // It may hang with the server: nobody waits for it.
    client.end().catch(() => {});
  };
  try {
    await client.connect();
    await client.query(`listen ${channel}`);
  } catch (error) {
    close();
    throw error;
  }
  return {
    lost,
    close,
    async send(message) {
      try {
        await client.query({ name: "notify", text: "select pg_notify($1, $2)", values: [channel, message] });
        return null;
      } catch (error) {
        // An answer of the server, so it is there; whether it ends the connection, `lost` tells.
        if (error instanceof DatabaseError && !isTimeout(error)) return error;
        throw error;
      }
    },
  };
}

/** `statement_timeout` (57014): a server that hangs answers as well, now and then. */
function isTimeout({ code }: DatabaseError): boolean {
  return code === "57014";
}
