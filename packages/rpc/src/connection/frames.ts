import { GuardedSocket } from "./guarded-socket.ts";

const methods = new Set(["query", "mutation", "subscription", "subscription.stop"]);
const longestId = 64;
const longestPath = 256;

/**
 * The adapter's encoder. Reading, it checks what tRPC would not: the shape of each envelope, and how many calls the
 * socket may make. Writing, it remembers the id of the subscription that has just started, because the adapter asks the
 * stream for its iterator in the same turn and does not say for which id (see push-stream.ts; a test pins the order).
 */
export const frames = {
  encode(message: unknown): string {
    if (isStarted(message)) startedId = message.id;
    return JSON.stringify(message);
  },

  decode(data: string | Uint8Array | ArrayBuffer): unknown {
    const socket = GuardedSocket.reading;
    try {
      if (typeof data !== "string") throw new Error("Only text frames are read.");
      const message: unknown = JSON.parse(data);
      const envelopes: readonly unknown[] = Array.isArray(message) ? message : [message];
      if (envelopes.length === 0) throw new Error("The batch is empty.");
      for (const envelope of envelopes) requireEnvelope(envelope);
      socket?.connection?.countCalls(envelopes.length);
      return message;
    } catch (error) {
      socket?.connection?.noteBadFrame();
      throw error;
    }
  },
};

let startedId: string | number | null = null;

/** The id of the subscription that has just started; once. Null when none has: the stream is being thrown away. */
export function takeStartedId(): string | number | null {
  const id = startedId;
  startedId = null;
  return id;
}

function isStarted(message: unknown): message is { id: string | number } {
  return (
    typeof message === "object" &&
    message !== null &&
    "result" in message &&
    (message.result as { type?: unknown } | null)?.type === "started"
  );
}

function requireEnvelope(envelope: unknown): void {
  if (typeof envelope !== "object" || envelope === null || Array.isArray(envelope)) throw new Error("Not an envelope.");
  const { id, method, params } = envelope as { id?: unknown; method?: unknown; params?: unknown };
  if (!isId(id)) throw new Error("The id is neither a finite number nor a short string.");
  if (typeof method !== "string" || !methods.has(method)) throw new Error("The method is unknown.");
  if (method === "subscription.stop") return;
  const path = (params as { path?: unknown } | null | undefined)?.path;
  if (typeof path !== "string" || path.length > longestPath) throw new Error("The path is missing or too long.");
}

function isId(id: unknown): boolean {
  return typeof id === "number" ? Number.isFinite(id) : typeof id === "string" && id.length <= longestId;
}
