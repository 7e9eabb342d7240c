import { HolderTurns } from "./holder-turns.ts";

/** So many transactions of one user may wait for the database, or be in it: the others wait here, and hold nothing. */
const atOnce = 4;

/**
 * The transactions of each user take turns before they ask for a connection, or for the turn to write: however many one user
 * begins at a time, another's waits for a few of them, not for all. A promise of order within this process only: the locks
 * of the database are what is relied on.
 */
export class UserTurns {
  readonly #any = new HolderTurns(atOnce);
  readonly #alone = new HolderTurns(1);

  /**
   * Runs the body when it is its turn. One that is `alone` runs while no other that is alone does.
   *
   * @throws DatabaseUnavailable when the turn does not come in time
   */
  run<Result>(userId: string, isAlone: boolean, body: () => Promise<Result>): Promise<Result> {
    if (!isAlone) return this.#any.run(userId, body);
    // The one that waits to be alone holds no other place: those that are not alone go past it.
    return this.#alone.run(userId, () => this.#any.run(userId, body));
  }
}
