import { expect, test } from "vitest";

import { countChildren, rowOf, smallRun } from "../test/small-run.ts";

import { benchRevoke } from "./bench-revoke.ts";
import { type Means, scenarios } from "./scenarios.ts";

/** All of them, with fewer sockets. */
const small = scenarios.map((scenario) => ({
  ...scenario,
  sessions: Math.min(scenario.sessions, 6),
  socketsEach: Math.min(scenario.socketsEach, 6),
}));

test.each(["SQLite", "Postgres"] as const)(
  "each way to end a session on %s is timed, and no server is left behind",
  async (database) => {
    const report = await benchRevoke({ ...smallRun, scenarios: small, databases: [database], connections: 4 });

    for (const { label } of scenarios) {
      const [, rounds, p50, p99, max, ...fromAsking] = rowOf(report.tables[0], `${database}: ${label}`) as number[];
      expect(rounds).toBe(2);
      for (const ms of [p50, p99, max, ...fromAsking]) expect(ms, label).toBeGreaterThan(0);
      expect(fromAsking[0], label).toBeGreaterThanOrEqual(p50 ?? Number.NaN);
    }
    await expect.poll(countChildren).toBe(0);
  },
);

test("a revocation that reaches others is no success", async () => {
  const others: Means["victim"][] = [];
  const [signsOut] = small;
  if (!signsOut) throw new Error("There is a scenario.");
  const careless = {
    ...signsOut,
    rounds: 1,
    async revoke(means: Means) {
      // The first of the bystanders: numbered as users are.
      await means.side.act({ kind: "deactivate", userId: means.victim.userId.replace(/\d{5}$/, "00000") });
      others.push(means.victim);
      return signsOut.revoke(means);
    },
  };

  const run = benchRevoke({ tell: () => {}, scenarios: [careless], databases: ["SQLite"], connections: 2 });

  await expect(run).rejects.toThrow("1 sockets of others noticed");
  expect(others).toHaveLength(1);
  await expect.poll(countChildren).toBe(0);
});
