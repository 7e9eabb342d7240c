import { createTurnQueue, type TurnQueue } from "@countersign/db";

/** So many transactions of one user may wait for the database, or be in it: the others wait here, and hold nothing. */
const atOnce = 4;
const longest = 5000;
const patienceMs = 10_000;

interface Turns {
  readonly any: TurnQueue;
  readonly alone: TurnQueue;
  /** How many there are, waiting ones included. */
  size: number;
}

/**
 * The transactions of each user take turns before they ask for a connection, or for the turn to write: however many one user
 * begins at a time, another's waits for a few of them, not for all. A promise of order within this process only: the locks
 * of the database are what is relied on.
 */
export class UserTurns {
  readonly #ofUser = new Map<string, Turns>();

  /**
   * Runs the body when it is its turn. One that is `alone` runs while no other that is alone does.
   *
   * @throws DatabaseUnavailable when the turn does not come in time
   */
  async run<Result>(userId: string, isAlone: boolean, body: () => Promise<Result>): Promise<Result> {
    const deadline = performance.now() + patienceMs;
    const turns = this.#join(userId);
    using left = new DisposableStack();
    left.defer(() => this.#part(userId, turns));
    // The one that waits to be alone holds no other place: those that are not alone go past it.
    if (isAlone) left.defer(await turns.alone.enter(deadline));
    left.defer(await turns.any.enter(deadline));
    return await body();
  }

  #join(userId: string): Turns {
    const turns = this.#ofUser.get(userId) ?? createTurns();
    this.#ofUser.set(userId, turns);
    turns.size += 1;
    return turns;
  }

  #part(userId: string, turns: Turns): void {
    turns.size -= 1;
    if (turns.size === 0) this.#ofUser.delete(userId);
  }
}

function createTurns(): Turns {
  return {
    any: createTurnQueue({ places: atOnce, longest }),
    alone: createTurnQueue({ places: 1, longest }),
    size: 0,
  };
}
