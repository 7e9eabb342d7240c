import { type Database, DatabaseUnavailable, type Transaction } from "@countersign/db";

export interface InterruptedDatabase {
  /** The database to hand on. */
  readonly db: Database;
  /** From now on new sessions are refused, as by a disk that has just become full, or are not. */
  readonly failSessions: (doFail: boolean) => void;
  /** Runs before the next transaction begins, once: what somebody else commits at the worst moment. */
  readonly beforeTransaction: (work: () => Promise<void>) => void;
}

/** A database to which things happen between and within transactions. */
export function interruptDatabase(db: Database): InterruptedDatabase {
  let isFailing = false;
  let interruption: (() => Promise<void>) | null = null;

  function wrap(tx: Transaction): Transaction {
    return {
      ...tx,
      insert(table) {
        if (isFailing && Object.is(table, tx.tables.sessions)) throw new DatabaseUnavailable("Full, for a test.");
        return tx.insert(table);
      },
    };
  }

  return {
    db: {
      ...db,
      async transaction(body) {
        const work = interruption;
        interruption = null;
        await work?.();
        return db.transaction((tx) => body(wrap(tx)));
      },
    },
    failSessions(doFail) {
      isFailing = doFail;
    },
    beforeTransaction(work) {
      interruption = work;
    },
  };
}
