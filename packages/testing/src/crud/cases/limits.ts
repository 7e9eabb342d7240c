import assert from "node:assert/strict";

import { eq } from "drizzle-orm";

import { assertRefused, dataOf } from "../answer.ts";
import type { CrudCase } from "../crud-case.ts";
import type { CrudRow } from "../crud-options.ts";

import { needs } from "./needs.ts";

const room = 5;
const parallel = 50;

/** How much there may be of one person's, what is unique, and what goes with the account. */
export const limits: readonly CrudCase[] = [
  {
    title: "CRU-09: what one person has already does not keep another from having it too",
    skip: (scene) =>
      needs("create")(scene) ??
      (scene.uniques.some((unique) => unique.some((name) => name in scene.definition.create))
        ? null
        : "no field is unique"),
    async run(world) {
      const [ann, bob] = await world.people();
      await world.create(ann, 1);
      dataOf<CrudRow>(await world.ask(bob, "create", world.sample(bob.place, 1)), "create of what somebody else has");
      const again = await world.ask(ann, "create", world.sample(ann.place, 1));
      assert.equal(assertRefused(again, "CONFLICT", "create of what one has").data["reason"], "TAKEN");
    },
  },
  {
    title: `CRU-34: ${parallel} rows that are created at once do not go beyond the quota`,
    skip: (scene) => needs("create", "list")(scene) ?? (scene.options.quota === undefined ? "there is no quota" : null),
    async run(world) {
      const [ann, bob] = await world.people();
      const quota = world.scene.options.quota ?? 0;
      await world.seed(ann, quota - room - world.there(ann).size);
      const answers = await Promise.all(
        Array.from({ length: parallel }, (_, index) =>
          world.ask(ann, "create", world.sample(ann.place, quota + index), index % 2 === 0 ? "call" : "http"),
        ),
      );
      const refused = answers.filter(({ refusal }) => refusal !== null);
      for (const answer of refused) {
        assert.equal(assertRefused(answer, "FORBIDDEN", "create beyond the quota").data["reason"], "QUOTA_REACHED");
      }
      assert.deepEqual([refused.length, (await world.allIdsOf(ann)).length], [parallel - room, quota]);
      await world.create(bob);
    },
  },
  {
    title: "CRU-33: rows go with their owner's account, and nobody else's do",
    skip: (scene) =>
      needs("a row")(scene) ?? (scene.options.ownedBy === undefined ? "rows outlive their makers" : null),
    async run(world) {
      const [ann, bob] = await world.people();
      const hers = await world.create(ann);
      const his = await world.create(bob);
      const { users } = world.app.db.tables;
      await world.app.db.delete(users).where(eq(users.id, ann.id));
      assert.equal(await world.stored(hers.id), null, "The row of an account that is gone is still there.");
      assert.notEqual(await world.stored(his.id), null, "Somebody else's row went with the account.");
    },
  },
];
