import { expect, test } from "vitest";

import { countChildren, rowOf, smallRun } from "../test/small-run.ts";

import { benchLoginFlood } from "./bench-login-flood.ts";

const small = { ...smallRun, rounds: 1, connections: 10, logins: 6 } as const;

test.each(["SQLite", "Postgres"] as const)(
  "calls on %s are timed while nobody signs in and while all do, and no server is left behind",
  async (database) => {
    const { tables } = await benchLoginFlood({ ...small, databases: [database] });

    for (const when of ["nobody signs in", "all sign in"]) {
      const [, calls, p50, p99, max] = rowOf(tables[0], `${database}, ${when}`) as number[];
      expect(calls).toBeGreaterThan(5);
      for (const ms of [p50, p99, max]) expect(ms).toBeGreaterThan(0);
    }
    const [, signIns, p50] = rowOf(tables[1], database) as number[];
    expect(signIns).toBe(6);
    expect(p50).toBeGreaterThan(1);
    await expect.poll(countChildren).toBe(0);
  },
);

test("a server that stalls while people sign in is noticed", async () => {
  const stallMs = 150;
  const { tables } = await benchLoginFlood({
    ...small,
    databases: ["SQLite"],
    disturb: (side) => side.act({ kind: "stall", ms: stallMs }),
  });

  const [, , , , quiet] = rowOf(tables[0], "SQLite, nobody signs in") as number[];
  const [, , , , flooded] = rowOf(tables[0], "SQLite, all sign in") as number[];
  expect(flooded).toBeGreaterThan(stallMs * 0.8);
  expect(quiet).toBeLessThan(flooded ?? 0);
});
