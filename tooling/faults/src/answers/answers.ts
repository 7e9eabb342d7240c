import type { FaultOptions, FaultReport } from "../fault.ts";
import { brokenRules } from "../figures.ts";
import { play } from "../scene.ts";

import { loseAnswers } from "./lose-answers.ts";

/** REL-05: the answer is lost after the commit; whoever asks again with the same key gets the same row, once. */
export async function answers({ length, seed, tell }: FaultOptions): Promise<FaultReport> {
  const isLong = length === "long";
  const { evidence, violations } = await play({ database: "sqlite", seed, clients: isLong ? 20 : 6 }, ({ balancer }) =>
    loseAnswers(balancer, isLong ? 120 : 8, tell),
  );
  const lost = evidence.history.filter(({ phase }) => phase === "unknown").length;
  const how = `${lost} answers lost and asked for again, SQLite`;
  return {
    violations,
    figures: [
      brokenRules(violations, { name: "duplicated with a key, or answered differently", rules: ["I3"], how }),
      brokenRules(violations, { name: "acknowledged writes lost over cuts", rules: ["I1"], how }),
      brokenRules(violations, { name: "lists that miss something after coming back", rules: ["I5"], how }),
      brokenRules(violations, { name: "wrong-user frames over cuts", rules: ["I7"], how }),
    ],
  };
}
