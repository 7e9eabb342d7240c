/** An answer to a frame that a session socket sent by itself. Its ids are strings; those of tRPC's client are numbers. */
export interface OwnMessage {
  readonly id: string;
  readonly error?: unknown;
  readonly result?: { readonly type?: unknown; readonly data?: unknown };
}

/** Reads such an answer; null for everything else, which is tRPC's. */
export function readOwnMessage(data: unknown): OwnMessage | null {
  // Most frames are tRPC's: these are not parsed here.
  if (typeof data !== "string" || !data.includes('"session.')) return null;
  try {
    const message: unknown = JSON.parse(data);
    return isOwn(message) ? message : null;
  } catch {
    // tRPC's client is given what cannot be read, and says so itself.
    return null;
  }
}

function isOwn(message: unknown): message is OwnMessage {
  if (typeof message !== "object" || message === null || !("id" in message)) return false;
  const isResult = !("result" in message) || (typeof message.result === "object" && message.result !== null);
  return typeof message.id === "string" && isResult;
}
