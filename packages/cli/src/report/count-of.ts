/** As in "1 session" and "2 sessions". */
export function countOf(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? "" : "s"}`;
}

/** As in ", and 2 sessions ended"; nothing where none did. */
export function andSessions(endedSessions: number): string {
  return endedSessions === 0 ? "" : `, and ${countOf(endedSessions, "session")} ended`;
}
