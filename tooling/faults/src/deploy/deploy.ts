import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import type { HistoryEvent, Topology, Workload } from "@app/workload";

import type { FaultOptions, FaultReport, Figure } from "../fault.ts";
import { brokenRules, countAcknowledged, timeWithin } from "../figures.ts";
import { play } from "../scene.ts";

import { followReadiness } from "./follow-readiness.ts";
import { ReleaseTrain } from "./release-train.ts";
import { type AskedCall, startVisitors } from "./visitors.ts";

/**
 * REL-55: servers are replaced one by one while people are at work, each round with a step of the schema: `db migrate`, the new
 * release, the old one back on the newer schema, and the release that takes away what nobody uses any more.
 */
export async function deploy({ length, seed, tell }: FaultOptions): Promise<FaultReport> {
  const isLong = length === "long";
  const rounds = isLong ? 20 : 1;
  const [replicas, clients] = isLong ? [3, 20] : [2, 6];
  const folder = await mkdtemp(join(tmpdir(), "countersign-releases-"));
  await using folders = new AsyncDisposableStack();
  folders.defer(() => rm(folder, { recursive: true, force: true }));

  let replaced = { count: 0, badly: 0, longestMs: 0 };
  let asked: readonly AskedCall[] = [];
  let lostByKilling = 0;
  const { evidence, violations } = await play(
    { database: "postgres", replicas, seed, clients, restMs: isLong ? 20 : 60, env: { DRAIN_SETTLE_SECONDS: "1" } },
    async (topology, workload) => {
      await using balancing = new AsyncDisposableStack();
      balancing.use(followReadiness(topology));
      const train = new ReleaseTrain(folder, topology);
      const visitors = startVisitors(topology.url, isLong ? 4 : 2);
      for (let round = 1; round <= rounds; round += 1) await train.run(!isLong, tell);
      replaced = train.replaced;
      asked = [...(await visitors.stop()), ...askedCalls(workload.history.events)];
      lostByKilling = await loseByKilling(topology, workload);
    },
  );
  const how = `${replaced.count} servers replaced in ${rounds} rounds, ${asked.length} calls, ${countAcknowledged(evidence)} acknowledged writes, PostgreSQL, ${replicas} servers`;
  return {
    violations,
    figures: [
      brokenRules(violations, {
        name: "acknowledged writes lost while servers are replaced",
        rules: ["I1"],
        how,
        row: "drain",
      }),
      brokenRules(violations, { name: "refused writes found, or keys used twice", rules: ["I2", "I3", "I4"], how }),
      brokenRules(violations, {
        name: "lists of pages from before that show something else",
        rules: ["I5", "I6"],
        how,
      }),
      countOf("servers that did not end as asked, with 0", replaced.badly, how),
      timeWithin(
        { name: "from asking a server to stop to its end, longest", mostMs: mostEndMs, how, row: "drain" },
        replaced.longestMs,
      ),
      countOf(
        `calls that were asked more than ${retryBudget} times`,
        asked.filter(({ tries }) => tries > retryBudget).length,
        how,
      ),
      errorRate(asked, how),
      {
        name: "calls that have to be asked again when servers are killed instead",
        target: "≥ 1",
        seen: String(lostByKilling),
        isMet: lostByKilling >= 1,
        how: "one after the other, until it is seen",
      },
    ],
  };
}

/** A call that gets no answer, or a 5xx, may be made this often before somebody notices. */
const retryBudget = 3;
const mostErrors = 0.001;
/** Whoever stops a server kills it soon after, as a rule. */
const mostEndMs = 30_000;

function errorRate(asked: readonly AskedCall[], how: string): Figure {
  const all = asked.reduce((sum, { tries }) => sum + tries, 0);
  const rate = (all - asked.length) / all;
  const seen = `${(rate * 100).toFixed(3)} %`;
  return { name: "tries without an answer, or with a 5xx", target: "< 0.1 %", seen, isMet: rate < mostErrors, how };
}

function countOf(name: string, count: number, how: string): Figure {
  return { name, target: "0", seen: String(count), isMet: count === 0, how };
}

/** What the workload has asked for, and how often: an unknown outcome is asked again, and so is what a server could not do. */
function askedCalls(events: readonly HistoryEvent[]): AskedCall[] {
  const byKey = Map.groupBy(events, ({ key }) => key);
  return byKey
    .values()
    .map((of) => ({ t: of[0]?.t ?? 0, tries: 1 + of.filter(isLost).length }))
    .toArray();
}

function isLost({ phase, code }: HistoryEvent): boolean {
  return (
    phase === "unknown" || (phase === "fail" && /^(?:INTERNAL|SERVICE|TIMEOUT|GATEWAY|BAD_GATEWAY)/.test(code ?? ""))
  );
}

/** What the figures would be without the draining. In turns: nobody may be left on the server that was replaced last. */
async function loseByKilling({ servers }: Topology, { history }: Workload): Promise<number> {
  const from = history.now();
  for (const server of [...servers.toReversed(), ...servers]) {
    await server.kill();
    await server.start();
    const lost = history.events.filter((event) => event.t > from && isLost(event)).length;
    if (lost > 0) return lost;
  }
  return 0;
}
