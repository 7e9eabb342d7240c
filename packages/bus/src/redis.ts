import { createClient, ErrorReply } from "redis";

import type { Bus } from "./bus.ts";
import { createReplicatedBus, type Link } from "./replicated.ts";

export interface RedisBusOptions {
  readonly url: string;
  /** Replicas of one app use the same; default `countersign:hints`. */
  readonly channel?: string;
  readonly onError?: (error: unknown) => void;
  /** See `ReplicatedBusOptions`. */
  readonly heartbeatMs?: number;
}

const mostBytes = 64 * 1024;
const answerMs = 2000;

/** A bus over Redis' publish and subscribe. Nothing is kept there. */
export function createRedisBus({ url, channel = "countersign:hints", ...options }: RedisBusOptions): Bus {
  return createReplicatedBus({ ...options, mostBytes, connect: (onMessage) => connect(url, channel, onMessage) });
}

async function connect(url: string, channel: string, onMessage: (text: string) => void): Promise<Link> {
  const { promise: lost, resolve: lose } = Promise.withResolvers<void>();
  // The client would connect again by itself and subscribe again without a word: hints in between would be missed unnoticed.
  const socket = { reconnectStrategy: false, connectTimeout: answerMs } as const;
  const sender = createClient({ url, socket, disableOfflineQueue: true });
  const listener = createClient({ url, socket, disableOfflineQueue: true });
  const clients = [sender, listener];
  for (const client of clients) {
    client.on("error", () => lose());
    client.on("end", () => lose());
  }
  const close = () => {
    lose();
    for (const client of clients) if (client.isOpen) client.destroy();
  };
  try {
    await withDeadline(Promise.all(clients.map((client) => client.connect())));
    await withDeadline(listener.subscribe(channel, onMessage));
    const refusal = await findReplica(sender);
    if (refusal !== null) throw refusal;
  } catch (error) {
    close();
    throw error;
  }
  void lost.then(close);
  return {
    lost,
    close,
    verify: () => findReplica(sender),
    async send(message) {
      try {
        await withDeadline(sender.publish(channel, message));
        return null;
      } catch (error) {
        // An answer of the server, so it is there: as when the user may not publish.
        if (error instanceof ErrorReply) return error;
        throw error;
      }
    },
  };
}

/**
 * Is this a replica of another Redis? What is published there comes back to those who listen there, and reaches nobody at its
 * primary. In a cluster every node passes on what it is told.
 */
async function findReplica(client: {
  readonly sendCommand: (words: string[]) => Promise<unknown>;
}): Promise<Error | null> {
  try {
    const answer = await withDeadline(client.sendCommand(["HELLO"]));
    // In version 3 of the protocol, which the client speaks, a map.
    const { role, mode } = Object(answer) as { readonly role?: unknown; readonly mode?: unknown };
    if (role !== "replica" || mode === "cluster") return null;
    return new Error("This Redis is a replica: what is published there stays there. Let REDIS_URL name the primary.");
  } catch (error) {
    // Behind some proxies nobody can be asked.
    if (error instanceof ErrorReply) return null;
    throw error;
  }
}

/**
 * Redis that hangs takes connections and commands, and answers none. The client's own timeouts are for what has not been sent
 * yet: neither its greeting nor a command that waits for its answer has one.
 */
async function withDeadline<Answer>(work: Promise<Answer>): Promise<Answer> {
  const late = Promise.withResolvers<never>();
  const timer = setTimeout(() => late.reject(new Error("Redis does not answer.")), answerMs);
  try {
    return await Promise.race([work, late.promise]);
  } finally {
    clearTimeout(timer);
  }
}
