import Sqlite from "better-sqlite3";
import { expect, test } from "vitest";

import { trackCurrentTransaction } from "../current-transaction.ts";
import { DatabaseUnavailable } from "../database.ts";
import { createRowListeners } from "../row-changes.ts";
import { createTurnQueue } from "../turn-queue.ts";

import { createAccess } from "./access.ts";
import { wrapConnection } from "./connection.ts";
import { createDiskFailure } from "./disk-failure.ts";
import { createRowTriggers } from "./row-triggers.ts";
import { prepareSqliteRead } from "./sqlite-statement.ts";

test("a read that meets another process's lock is tried again without stopping the process, and then answers", async () => {
  using opened = openBusy({ times: 3, lockTimeoutMs: 1000 });

  const answer = opened.read.all([]);

  expect(answer).toBeInstanceOf(Promise);
  expect(await answer).toEqual([{ answer: 1 }]);
  // Once it is gone, answers come at once again.
  expect(opened.read.all([])).toEqual([{ answer: 1 }]);
});

test("a read that meets the lock beyond the deadline is DatabaseUnavailable", async () => {
  using opened = openBusy({ times: Infinity, lockTimeoutMs: 50 });

  await expect(opened.read.all([])).rejects.toThrow(DatabaseUnavailable);
});

test("any other error is thrown as it is, at once", () => {
  using opened = openBusy({ times: 1, lockTimeoutMs: 50, code: "SQLITE_CORRUPT" });

  expect(() => opened.read.all([])).toThrow("injected");
});

/** A read that fails so many times. The state of WAL recovery, in which reads are refused, lasts too short to be met. */
function openBusy(options: { times: number; lockTimeoutMs: number; code?: string }) {
  const sqlite = new Sqlite(":memory:");
  let times = options.times;
  sqlite.function("answer", () => {
    times -= 1;
    if (times >= 0) throw new Sqlite.SqliteError("injected", options.code ?? "SQLITE_BUSY_RECOVERY");
    return 1;
  });
  const connection = wrapConnection(sqlite, { kept: 10 });
  const access = createAccess({
    writer: connection,
    reader: connection,
    rows: createRowTriggers(
      sqlite,
      createRowListeners(() => {}),
    ),
    queue: createTurnQueue({ places: 1, longest: 10 }),
    current: trackCurrentTransaction(),
    disk: createDiskFailure(() => {}),
    lockTimeoutMs: options.lockTimeoutMs,
  });
  const read = prepareSqliteRead<{ answer: number }>({ name: "answer", text: "select answer() as answer", access });
  return { read, [Symbol.dispose]: () => sqlite.close() };
}
