import type { Connection } from "../connection/connection.ts";

import { CallError, unauthorized, unavailable } from "./call-error.ts";

/** @throws when the connection has ended: nothing more is done over it. */
export function requireAlive(connection: Connection | null): void {
  if (connection?.isDead) throw unavailable();
}

/** The session is not found by the token this socket was opened with: the refusal is sent, then the socket is closed. */
export async function refuseEnded(connection: Connection): Promise<CallError> {
  if (await connection.findReplaced()) {
    const message = "The session has a new token. Reconnect and send this again.";
    return new CallError("UNAUTHORIZED", message, { reason: "STALE_CONNECTION" });
  }
  setImmediate(() => connection.endLost());
  return unauthorized();
}
