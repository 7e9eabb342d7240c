import { setTimeout as pause } from "node:timers/promises";

import {
  check,
  Random,
  readFinalState,
  startTopology,
  startWorkload,
  type Topology,
  type Violation,
  withDatabase,
} from "@app/workload";

import { loseAnswers } from "../answers/lose-answers.ts";
import type { FaultOptions, FaultReport } from "../fault.ts";
import { atLeast, brokenRules } from "../figures.ts";

/**
 * REL-49: five users on two servers do whatever comes to their minds, change who may see it, and are cut off, while the servers
 * are killed; afterwards each one's lists are what a query of theirs finds. Again and again, each time with a seed of its own.
 */
export async function lists({ length, seed, tell }: FaultOptions): Promise<FaultReport> {
  const runs = length === "long" ? 500 : 4;
  await using topology = await startTopology({ database: "postgres", replicas: 2 });
  const violations: Violation[] = [];
  const seen: Seen = { views: 0, frames: 0, changesOfRights: 0, done: new Map() };
  for (let count = 0; count < runs; count += 1) {
    tell(`run ${count + 1} of ${runs}`);
    const found = await runOnce(topology, seed + count, seen);
    violations.push(...found.map((one) => ({ ...one, what: `with seed ${seed + count}: ${one.what}` })));
    await forgetAll(topology.databaseUrl);
  }

  const troubles = Array.from(seen.done, ([trouble, times]) => `${times} × ${trouble}`).join(", ");
  const how = `${runs} runs of 5 users on 2 servers, ${troubles}, ${seen.changesOfRights} changes of rights, PostgreSQL`;
  const ofFrames = `${seen.frames} frames; ${how}`;
  return {
    violations,
    figures: [
      atLeast({ name: "runs", least: length === "long" ? 500 : 1, how }, runs),
      brokenRules(violations, {
        name: "lists that are not what a query as that user finds",
        rules: ["I5"],
        how: `${seen.views} lists; ${how}`,
      }),
      brokenRules(violations, { name: "frames with a row of others", rules: ["I7"], how: ofFrames }),
      brokenRules(violations, { name: "older versions after newer ones", rules: ["I6"], how: ofFrames }),
      brokenRules(violations, { name: "acknowledged writes lost", rules: ["I1"], how }),
      brokenRules(violations, { name: "refused writes found, or keys used twice", rules: ["I2", "I3"], how }),
      brokenRules(violations, { name: "calls answered after their session had ended", rules: ["I8"], how }),
    ],
  };
}

/** What all runs together have had. */
interface Seen {
  views: number;
  frames: number;
  changesOfRights: number;
  readonly done: Map<string, number>;
}

const weights = {
  createNote: 6,
  updateNote: 6,
  removeNote: 3,
  listNotes: 4,
  createItem: 14,
  updateItem: 16,
  moveItem: 8,
  removeItem: 6,
  changeRole: 8,
  leaveAndReturn: 6,
  signOut: 1,
};

async function runOnce(topology: Topology, seed: number, seen: Seen): Promise<readonly Violation[]> {
  const random = new Random(seed).fork(3000);
  const workload = await startWorkload({ url: topology.url, seed, clients: 5, weights });
  // Each run has one of them for certain, each in turn.
  const certain = troubles[seed % troubles.length] ?? troubles[0];
  const others = Array.from({ length: random.whole(0, 2) }, () => random.pick(troubles) ?? certain);
  for (const trouble of [certain, ...others]) {
    await pause(random.whole(50, 400));
    await trouble.happen(topology, random);
    seen.done.set(trouble.name, (seen.done.get(trouble.name) ?? 0) + 1);
  }
  await pause(random.whole(0, 200));
  const evidence = await workload.settle(
    () => readFinalState(topology.databaseUrl),
    () => topology.exits(),
  );
  const rights = new Set(["addMember", "changeRole", "removeMember"]);
  seen.views += evidence.views.length;
  seen.frames += evidence.sights.length;
  seen.changesOfRights += evidence.history.filter(({ op, phase }) => phase === "ok" && rights.has(op)).length;
  return check(evidence);
}

interface Trouble {
  readonly name: string;
  happen(topology: Topology, random: Random): Promise<void>;
}

const troubles: readonly [Trouble, ...Trouble[]] = [
  { name: "everybody cut off", happen: async ({ balancer }) => balancer.cut() },
  { name: "some cut off", happen: async ({ balancer }, random) => balancer.cut(random.whole(1, 4)) },
  { name: "answers lost", happen: async ({ balancer }) => void (await loseAnswers(balancer, 1)) },
  {
    name: "a server killed",
    async happen({ servers }, random) {
      const server = random.pick(servers);
      await server?.kill();
      await server?.start();
    },
  },
];

/** The next five begin in an empty place. */
function forgetAll(databaseUrl: string): Promise<unknown> {
  return withDatabase(databaseUrl, async (run) => {
    await run("truncate users, projects, workload_orders, workload_order_lines, workload_order_events cascade");
  });
}
