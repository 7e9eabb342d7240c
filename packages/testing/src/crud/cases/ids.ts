import { assertRefused } from "../answer.ts";
import { atOnce } from "../at-once.ts";
import type { CrudCase } from "../crud-case.ts";
import type { CrudRow } from "../crud-options.ts";
import { transports } from "../crud-world.ts";

import { needs } from "./needs.ts";
import { callsOn } from "./strangers.ts";

const noIds: readonly unknown[] = [
  -1,
  0,
  1,
  1e9,
  1.5,
  "",
  "0",
  "1 OR 1=1",
  "' OR ''='",
  "../../etc/passwd",
  "%",
  "null",
  "00000000-0000-0000-0000-00000000000",
  "00000000-0000-0000-0000-000000000000\u0000",
  " 0196f0a0-0000-7000-8000-000000000000",
  "x".repeat(10_000),
  null,
  true,
  [],
  ["0196f0a0-0000-7000-8000-000000000000"],
  {},
  { $ne: null },
];

/** What is no id is not looked for. */
export const ids: readonly CrudCase[] = [
  {
    title: "CRU-10: what is no id is refused, whatever it is",
    skip: needs("a row"),
    async run(world) {
      const ann = await world.person();
      const row = await world.create(ann);
      for (const transport of transports) {
        for (const [action, inputFor] of callsOn(world, ann)) {
          await atOnce(noIds, async (id) => {
            // The cast: that it is no id is the point.
            const answer = await world.ask(ann, action, inputFor({ ...row, id } as CrudRow), transport);
            assertRefused(answer, "BAD_REQUEST", `${action} of ${JSON.stringify(id).slice(0, 60)} over ${transport}`);
          });
        }
      }
    },
  },
];
