import { expect, test } from "vitest";

import { countChildren, rowOf, smallRun } from "../test/small-run.ts";

import { benchReplicas } from "./bench-replicas.ts";
import { type Way, type WayMeans, ways } from "./ways.ts";

const small = { ...smallRun, rounds: 1, replicas: 2, connections: 4, only: ["bus: Postgres"] };

test("each way of losing access is timed over two servers, and no server is left behind", async () => {
  const { tables } = await benchReplicas(small);

  for (const { label } of ways) {
    const [, rounds, p50, p99, max] = rowOf(tables[0], label) as number[];
    expect(rounds, label).toBe(1);
    for (const ms of [p50, p99, max]) expect(ms, label).toBeGreaterThan(0);
  }
  await expect.poll(countChildren).toBe(0);
});

test("a way that reaches others is no success", async () => {
  const [signsOut] = ways;
  if (!signsOut) throw new Error("There is a way.");
  const careless: Way = {
    ...signsOut,
    async take(means: WayMeans) {
      // The second one of all: the first of the bystanders.
      const [other] = means.database.members.slice(1)[0]?.sessions ?? [];
      await means.database.deleteSession(other?.id ?? "");
      return signsOut.take(means);
    },
  };

  await expect(benchReplicas({ ...small, ways: [careless] })).rejects.toThrow("1 sockets of others noticed");
  await expect.poll(countChildren).toBe(0);
});
