/**
 * How the connection is. `open` means that the server has said whose it is, not only that bytes can flow. `attempt`
 * counts the tries that failed in a row; `retryAt` (milliseconds since 1970) is when the next one is due, null when one
 * is running. `refused`: the server sent this client away, and it stays away until `retry` is called.
 */
export interface ConnectionState {
  readonly state: "connecting" | "open" | "reconnecting" | "offline" | "refused";
  readonly attempt: number;
  readonly retryAt: number | null;
}

export interface ConnectionFacts {
  readonly hasLeft: boolean;
  readonly isOpen: boolean;
  readonly isOnline: boolean;
  /** Has any connection been made since the page was loaded? */
  readonly hasBeenOpen: boolean;
  readonly failures: number;
  readonly retryAt: number | null;
}

/** Says how the connection is; the state of before when that has not changed. */
export function describeConnection(facts: ConnectionFacts, before: ConnectionState): ConnectionState {
  const state = nameState(facts);
  const isWell = state === "open";
  const attempt = isWell ? 0 : facts.failures;
  const retryAt = isWell ? null : facts.retryAt;
  const isSame = state === before.state && attempt === before.attempt && retryAt === before.retryAt;
  return isSame ? before : { state, attempt, retryAt };
}

function nameState(facts: ConnectionFacts): ConnectionState["state"] {
  if (facts.hasLeft) return "refused";
  if (facts.isOpen) return "open";
  if (!facts.isOnline) return "offline";
  return facts.hasBeenOpen || facts.failures > 0 ? "reconnecting" : "connecting";
}
