/** Thrown within a transaction whose session has ended meanwhile: rolls back whatever was written on its authority. */
export class SessionEnded extends Error {
  override readonly name = "SessionEnded";
}

/** For `catch`: the outcome of a transaction that was rolled back because of that; all else is thrown on. */
export function asEnded(error: unknown): "ended" {
  if (error instanceof SessionEnded) return "ended";
  throw error;
}
