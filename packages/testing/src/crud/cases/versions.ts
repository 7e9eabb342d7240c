import assert from "node:assert/strict";

import { assertRefused } from "../answer.ts";
import type { CrudCase } from "../crud-case.ts";

import { needs } from "./needs.ts";

const racers = 25;

/** No change is lost. */
export const versions: readonly CrudCase[] = [
  {
    title: "CRU-28: of two changes made from one version one is made, and the other is shown the present row",
    skip: needs("create", "update", "get"),
    async run(world) {
      const ann = await world.person();
      const { id, version } = await world.create(ann);
      const answers = await Promise.all([
        world.ask(ann, "update", { id, version, ...world.change(ann.place, 1) }),
        world.ask(ann, "update", { id, version, ...world.change(ann.place, 2) }, "http"),
      ]);
      const made = answers.filter(({ refusal }) => refusal === null).map(({ data }) => data);
      assert.equal(made.length, 1, `${made.length} of two changes from one version were made.`);
      for (const answer of answers) {
        if (answer.refusal === null) continue;
        const { data } = assertRefused(answer, "CONFLICT", "the later change");
        assert.deepEqual([data["reason"], data["current"]], ["VERSION_CONFLICT", made[0]]);
      }
      assert.deepEqual(await world.get(ann, "get", { id }), made[0]);
      const never = await world.ask(ann, "update", { id, version: version + 50, ...world.change(ann.place, 3) });
      assertRefused(never, "CONFLICT", "a change from a version that never was");
    },
  },
  {
    title: "CRU-28: of a thousand changes that race for one row none is lost",
    skip: needs("create", "update", "get"),
    async run(world) {
      const ann = await world.person();
      const waves = world.isQuick ? 4 : 40;
      const { id, ...created } = await world.create(ann);
      let { version } = created;
      for (let wave = 0; wave < waves; wave += 1) {
        const answers = await Promise.all(
          Array.from({ length: racers }, (_, racer) =>
            world.ask(ann, "update", { id, version, ...world.change(ann.place, wave * racers + racer) }),
          ),
        );
        const made = answers.filter(({ refusal }) => refusal === null);
        assert.equal(made.length, 1, `${made.length} of ${racers} changes from version ${version} were made.`);
        version += 1;
      }
      assert.equal((await world.get(ann, "get", { id })).version, 1 + waves, "A change was lost.");
    },
  },
];
