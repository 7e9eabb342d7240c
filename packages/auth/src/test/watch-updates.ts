import { type Database, DatabaseUnavailable } from "@countersign/db";

export interface WatchedUpdates {
  /** The database to hand on. */
  readonly db: Database;
  /** How many UPDATE statements were sent through it, outside of transactions. */
  count(): number;
  /** Waits until all of them were answered. */
  settled(): Promise<void>;
  /** From now on they fail as if the database was away, or do not. */
  fail(doFail: boolean): void;
}

/** A database that tells of the UPDATE statements sent through it. */
export function watchUpdates(db: Database): WatchedUpdates {
  const running = new Set<Promise<unknown>>();
  let count = 0;
  let isFailing = false;

  /** Follows a statement from link to link of its chain, until it is sent by asking for its answer. */
  function follow<Link extends object>(link: Link): Link {
    return new Proxy(link, {
      get(target, key) {
        const member: unknown = Reflect.get(target, key);
        if (typeof member !== "function") return member;
        return (...parameters: unknown[]): unknown => {
          const result: unknown = Reflect.apply(member, target, parameters);
          if (key === "then") {
            count += 1;
            const answer = Promise.resolve(result).finally(() => running.delete(answer));
            running.add(answer);
            return answer;
          }
          return typeof result === "object" && result !== null ? follow(result) : result;
        };
      },
    });
  }

  return {
    db: {
      ...db,
      update(table) {
        if (isFailing) throw new DatabaseUnavailable("Away, for a test.");
        return follow(db.update(table));
      },
    },
    count: () => count,
    async settled() {
      do {
        await Promise.allSettled(running);
        // A statement is sent a moment after it is asked for, and what waited for an answer may send the next one.
        await new Promise((resolve) => setImmediate(resolve));
      } while (running.size > 0);
    },
    fail(doFail) {
      isFailing = doFail;
    },
  };
}
