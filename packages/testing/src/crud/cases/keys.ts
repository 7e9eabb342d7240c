import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";

import { assertRefused, dataOf } from "../answer.ts";
import type { CrudCase } from "../crud-case.ts";
import type { CrudRow } from "../crud-options.ts";

import { needs } from "./needs.ts";

/** A call that is made again does not act again. */
export const keys: readonly CrudCase[] = [
  {
    title: "CRU-31: one key makes one row, also when it is sent twice at once, and answers alike",
    skip: needs("create", "list"),
    async run(world) {
      const ann = await world.person();
      const key = randomUUID();
      const input = { ...world.sample(ann.place), key };
      const answers = [
        ...(await Promise.all([
          world.ask(ann, "create", input),
          world.ask(ann, "create", input, "http"),
          world.ask(ann, "create", input),
        ])),
        await world.ask(ann, "create", input),
      ];
      const rows = answers.map((answer) => dataOf<CrudRow>(answer, "create with a key"));
      for (const row of rows) assert.deepEqual(row, rows[0], "The same key was answered in two ways.");
      assert.deepEqual(await world.idsOf(ann), [rows[0]?.id], "One key made several rows.");
      const other = await world.ask(ann, "create", { ...world.sample(ann.place, 2), key });
      assert.equal(assertRefused(other, "CONFLICT", "the key with another body").data["reason"], "KEY_REUSED");
    },
  },
  {
    title: "CRU-31: a key with another value in a single field is used for something else, whichever field that is",
    skip: needs("create"),
    async run(world) {
      const ann = await world.person();
      const key = randomUUID();
      const input = { ...world.sample(ann.place), key };
      await world.get(ann, "create", input);
      for (const [name, value] of Object.entries(input)) {
        const other = name === "key" ? undefined : otherThan(value);
        if (other === undefined) continue;
        const answer = await world.ask(ann, "create", { ...input, [name]: other });
        // What the field does not take is refused before anybody looks at the key.
        const refusal = assertRefused(answer, ["BAD_REQUEST", "CONFLICT"], `the key with another ${name}`);
        if (refusal.code === "CONFLICT") assert.equal(refusal.data["reason"], "KEY_REUSED");
      }
    },
  },
  {
    title: "CRU-31: a key is its user's own",
    skip: needs("create", "list"),
    async run(world) {
      const [ann, bob] = await world.people();
      const key = randomUUID();
      const hers = await world.get(ann, "create", { ...world.sample(ann.place), key });
      const his = await world.get(bob, "create", { ...world.sample(bob.place), key });
      assert.notEqual(his.id, hers.id, "Somebody else's key was answered with one's own row.");
      assert.deepEqual([await world.idsOf(ann), await world.idsOf(bob)], [[hers.id], [his.id]]);
    },
  },
  {
    title: "CRU-31: a change or a removal that is sent again with its key acts once",
    skip: needs("create", "update", "remove", "get"),
    async run(world) {
      const ann = await world.person();
      const { id, version } = await world.create(ann);
      const change = { id, version, ...world.change(ann.place, 1), key: randomUUID() };
      const changed = await world.get(ann, "update", change);
      assert.deepEqual(await world.get(ann, "update", change), changed, "The change was answered otherwise.");
      assert.equal((await world.get(ann, "get", { id })).version, changed.version, "The change was made twice.");
      const removal = { id, version: changed.version, key: randomUUID() };
      await world.get(ann, "remove", removal);
      await world.get(ann, "remove", removal);
      assertRefused(await world.ask(ann, "get", { id }), "NOT_FOUND", "get of what was removed");
    },
  },
];

/** A value of the same kind, where it is one that has others. */
function otherThan(value: unknown): unknown {
  if (typeof value === "boolean") return !value;
  if (typeof value === "number") return value + 1;
  if (typeof value !== "string") return undefined;
  if (/^\d{4}-\d{2}-\d{2}T/.test(value)) return new Date(Date.parse(value) + 86_400_000).toISOString();
  return `${value}x`;
}
