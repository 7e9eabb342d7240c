import { expect, test } from "vitest";

import { describeDatabases } from "@app/services/databases";
import { createMemoryBus } from "@countersign/bus";
import { defaultSettings } from "@countersign/contract";

import { createAuth } from "../create-auth.ts";
import { borrowDatabase } from "../test/borrow-database.ts";

import type { AttemptStore } from "./attempt-store.ts";

const from = { ip: "192.0.2.1", userAgent: null, presented: null };
const password = "correct horse battery";

/** A store of its own, as Redis would be, that does not answer. */
const away: AttemptStore = {
  update: () => Promise.reject(new Error("No connection, for a test.")),
  updateSoon: () => Promise.reject(new Error("No connection, for a test.")),
  flush: () => Promise.resolve(),
  prune: () => Promise.reject(new Error("No connection, for a test.")),
};

describeDatabases((dialect) => {
  test("RAT-13: with the store of attempts away people sign in, and guesses are limited all the same", async () => {
    await using borrowed = await borrowDatabase(dialect);
    const errors: unknown[] = [];
    const auth = createAuth({
      db: borrowed.db,
      bus: createMemoryBus(),
      settings: { ...defaultSettings, LOGIN_ATTEMPTS: 3 },
      permissions: [],
      attempts: away,
      onError: (error) => errors.push(error),
    });
    const login = (username: string, typed: string) => auth.accounts.login({ login: username, password: typed }, from);
    for (const username of ["ann", "bob"]) await auth.accounts.register({ username, password }, from);

    expect(await login("ann", password)).toMatchObject({ status: "signed-in" });
    for (const _ of [1, 2, 3]) expect(await login("ann", "wrong, wrong")).toEqual({ status: "refused" });
    expect(await login("ann", password)).toMatchObject({ status: "limited" });
    expect(await login("bob", password)).toMatchObject({ status: "signed-in" });
    // Told once, not with each attempt.
    expect(errors.map(String)).toEqual([expect.stringContaining("counts its own")]);
    await auth.audit.flush();
  });
});
