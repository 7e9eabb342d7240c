import type { CurrentTransaction } from "../current-transaction.ts";
import { patienceLeftMs, spendPatience } from "../patience.ts";
import type { TurnQueue } from "../turn-queue.ts";

import type { Connection } from "./connection.ts";
import type { DiskFailure } from "./disk-failure.ts";
import type { RowTriggers } from "./row-triggers.ts";
import { translateSqliteError } from "./sqlite-error.ts";
import { waitForLock } from "./wait-for-lock.ts";

/** Who may use which connection when. */
export interface Access {
  readonly writer: Connection;
  readonly reader: Connection;
  /** What the writer changes, and who is told. */
  readonly rows: RowTriggers;
  /** Nothing is read or written once the disk does not keep what is written. */
  readonly disk: DiskFailure;
  /** May a read run at once? Not while a transaction of somebody else is open on the only connection. */
  canReadNow(): boolean;
  /** Reads as soon as it is possible. */
  read<Result>(attempt: () => Result): Promise<Result>;
  /** Waits for the turn, then runs one statement that commits by itself. */
  write<Result>(attempt: () => Result): Promise<Result>;
  /** Waits for the turn to write. Returns how to leave, and until when a lock is waited for. */
  enter(): Promise<{ readonly leave: () => void; readonly deadline: number }>;
}

export function createAccess(options: {
  readonly writer: Connection;
  readonly reader: Connection;
  readonly rows: RowTriggers;
  readonly queue: TurnQueue;
  readonly current: CurrentTransaction;
  readonly lockTimeoutMs: number;
  readonly disk: DiskFailure;
}): Access {
  const { writer, reader, rows, queue, current, lockTimeoutMs, disk } = options;

  const canReadNow = () => !disk.hasHappened && (reader !== writer || queue.isFree || current.isOpen());

  const nextDeadline = () => performance.now() + Math.min(lockTimeoutMs, patienceLeftMs());

  async function enter() {
    const deadline = nextDeadline();
    const leave = await spendPatience(() => queue.enter(deadline));
    try {
      disk.refuse();
    } catch (error) {
      leave();
      throw error;
    }
    return { leave, deadline };
  }

  async function inTurn<Result>(attempt: () => Result): Promise<Result> {
    const { leave, deadline } = await enter();
    try {
      return await waitForLock(attempt, deadline);
    } finally {
      leave();
    }
  }

  return {
    writer,
    reader,
    rows,
    disk,
    canReadNow,
    async read(attempt) {
      try {
        return canReadNow() ? await waitForLock(attempt, nextDeadline()) : await inTurn(attempt);
      } catch (error) {
        throw translateSqliteError(error, { mayHaveWritten: false });
      }
    },
    async write(attempt) {
      current.refuse("A write by `db`");
      try {
        return await inTurn(() => {
          const result = attempt();
          rows.commit();
          return result;
        });
      } catch (error) {
        rows.rollback();
        disk.note(error);
        throw translateSqliteError(error, { mayHaveWritten: true });
      }
    },
    enter,
  };
}
