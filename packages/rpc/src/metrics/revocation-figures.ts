/** How long it is remembered that a socket of a session was closed before anybody told why. */
const rememberedMs = 600_000;
const mostRemembered = 10_000;

/**
 * Works out how long a revocation took: from its publication, which follows the commit at once, until the last socket here was
 * closed. A socket may be closed before the word of it comes, because its session was found to be gone: then the word, when it
 * comes, says since when.
 *
 * Both times are of the machines' clocks. Where the other's is ahead, the figure is too small by as much, and at least 0; where
 * it is behind, too large.
 */
export class RevocationFigures {
  readonly #lostAt = new Map<string, number>();
  readonly #now: () => number;

  constructor(now: () => number = Date.now) {
    this.#now = now;
  }

  /** A socket of this session was closed, and nobody has said yet when the session ended. */
  noteLost(sessionId: string): void {
    this.#lostAt.delete(sessionId);
    this.#lostAt.set(sessionId, this.#now());
    const [oldest] = this.#lostAt.size > mostRemembered ? this.#lostAt.keys() : [];
    if (oldest !== undefined) this.#lostAt.delete(oldest);
  }

  /** Seconds it took to end these sessions here; null when none had a socket here, or it is not known when they ended. */
  ended(sessionIds: readonly string[], publishedAt: number | null, closed: number): number | null {
    const lastLostAt = this.#takeLastLost(sessionIds);
    const closedAt = closed > 0 ? this.#now() : lastLostAt;
    return closedAt === null ? null : this.since(publishedAt, closedAt);
  }

  /** Seconds since the publication; null when that is not known. */
  since(publishedAt: number | null, until: number = this.#now()): number | null {
    return publishedAt === null ? null : Math.max(0, until - publishedAt) / 1000;
  }

  #takeLastLost(sessionIds: readonly string[]): number | null {
    let last: number | null = null;
    for (const id of sessionIds) {
      const at = this.#lostAt.get(id);
      if (at === undefined) continue;
      this.#lostAt.delete(id);
      if (this.#now() - at <= rememberedMs) last = Math.max(last ?? at, at);
    }
    return last;
  }
}
