import type { Evidence } from "@app/workload";

import type { FaultOptions, FaultReport } from "../fault.ts";
import { atLeast, brokenRules, noneOf } from "../figures.ts";
import { play } from "../scene.ts";

import { loseAnswers } from "./lose-answers.ts";

/** REL-05: the answer is lost after the commit; whoever asks again with the same key gets the same row, once. */
export async function answers({ length, seed, tell }: FaultOptions): Promise<FaultReport> {
  const isLong = length === "long";
  const least = isLong ? 1000 : 1;
  let cuts = 0;
  const scene = { database: "sqlite", seed, clients: isLong ? 20 : 6 } as const;
  const { evidence, violations } = await play(scene, async ({ balancer }, { history }) => {
    // A machine that is busy asks less in the same time.
    for (let round = 0; round < mostRounds && (round === 0 || countLost(history.events) < least); round += 1) {
      cuts += await loseAnswers(balancer, isLong ? 120 : 8, tell);
    }
  });
  const lost = countLost(evidence.history);
  const how = `${lost} answers lost and asked for again, SQLite`;
  const overCuts = `${cuts} connections cut while answers and frames were under way, SQLite`;
  return {
    violations,
    figures: [
      atLeast({ name: "answers lost after the call had gone through", least, how }, lost),
      brokenRules(violations, {
        name: "duplicated with a key, or answered differently",
        rules: ["I3"],
        how,
        row: "broken",
      }),
      brokenRules(violations, { name: "acknowledged writes lost over cuts", rules: ["I1"], how }),
      atLeast({ name: "connections cut", least, how: overCuts }, cuts),
      brokenRules(violations, {
        name: "lists that miss something after coming back",
        rules: ["I5"],
        how: overCuts,
        row: "resume",
      }),
      noneOf(shownTwice(evidence), { name: "rows shown twice", how: overCuts, row: "resume" }),
      brokenRules(violations, { name: "older versions after newer ones", rules: ["I6"], how: overCuts, row: "resume" }),
      brokenRules(violations, { name: "wrong-user frames", rules: ["I7"], how: overCuts, row: "resume" }),
    ],
  };
}

const mostRounds = 5;

function countLost(history: Evidence["history"]): number {
  return history.filter(({ phase }) => phase === "unknown").length;
}

/** Frames, and lists in the end, that have a row twice. */
function shownTwice({ sights, views }: Evidence): string[] {
  const ofFrames = sights.map(({ client, subscription, rows }) => ({ where: `${subscription} of ${client}`, rows }));
  const ofViews = views.map(({ client, subscription, rows }) => ({ where: `${subscription} of ${client}`, rows }));
  return [...ofFrames, ...ofViews]
    .filter(({ rows }) => new Set(rows.map(({ id }) => id)).size < rows.length)
    .map(({ where }) => where);
}
