/** As long as this project's client stays away at least, when it was sent away for flooding. */
const shutMs = 10_000;
/** Doors that are shut at a time; beyond it the one that was shut first is open again. */
const mostShut = 10_000;

/**
 * Whoever flooded over one socket opens no other for a while: to come back at once would cost more than to be refused. By user,
 * or by address for those who are nobody; and by the token they came with, since that is known before anything is read.
 */
export class FloodDoors {
  readonly #shutUntil = new Map<string, number>();

  shut(key: string, now: number): void {
    this.#shutUntil.delete(key);
    const oldest = this.#shutUntil.keys().next();
    if (this.#shutUntil.size >= mostShut && !oldest.done) this.#shutUntil.delete(oldest.value);
    this.#shutUntil.set(key, now + shutMs);
  }

  isShut(key: string, now: number): boolean {
    const until = this.#shutUntil.get(key);
    if (until === undefined) return false;
    if (now < until) return true;
    this.#shutUntil.delete(key);
    return false;
  }
}
