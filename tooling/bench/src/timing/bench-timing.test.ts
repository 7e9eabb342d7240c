import { expect, test } from "vitest";

import { countChildren, rowOf, smallRun } from "../test/small-run.ts";

import { type Attempt, attempts } from "./attempts.ts";
import { benchTiming } from "./bench-timing.ts";

const small = { ...smallRun, rounds: 3, databases: ["SQLite"] } as const;

test("every kind of account is tried with every procedure, and no server is left behind", async () => {
  const { tables } = await benchTiming(small);

  for (const { procedure, kinds } of attempts) {
    for (const kind of kinds) {
      const [, medianMs, , , isSameAnswer] = rowOf(tables[0], `SQLite: ${procedure}, ${kind}`);
      expect(medianMs, `${procedure}, ${kind}`).toBeGreaterThan(0);
      expect(isSameAnswer, `${procedure}, ${kind}`).toBe(kind === "unknown" ? null : "yes");
    }
  }
  await expect.poll(countChildren).toBe(0);
});

test("an answer that comes without the work is told apart", async () => {
  const careless: Attempt = {
    procedure: "auth.login",
    kinds: ["unknown", "known"],
    // Too long to be anyone's: it is refused before anything is hashed.
    input: (kind, subjects) => ({
      login: subjects[kind].username,
      password: kind === "known" ? "x".repeat(300) : "wrong",
    }),
  };

  const { tables } = await benchTiming({ ...small, rounds: 15, attempts: [careless] });

  const [, , apart, p, isSameAnswer, tellsNothing] = rowOf(tables[0], "SQLite: auth.login, known");
  expect(apart).toBeGreaterThan(20);
  expect(p).toBeLessThan(0.01);
  expect([isSameAnswer, tellsNothing]).toEqual(["yes", "NO"]);
});
