import assert from "node:assert/strict";

import { type Answer, assertRefused, dataOf } from "../answer.ts";
import type { CrudCase } from "../crud-case.ts";
import type { CrudRow, Values } from "../crud-options.ts";
import type { CrudScene } from "../crud-scene.ts";
import type { CrudWorld } from "../crud-world.ts";
import type { Person } from "../person.ts";

import { needs } from "./needs.ts";

/** What is not a field is not written, and no row is given to somebody else. */
export const giving: readonly CrudCase[] = [
  {
    title: "CRU-15: a new row cannot be given to somebody else, nor a column be set that is no field",
    skip: needs("create", "list"),
    async run(world) {
      const [ann, bob] = await world.people();
      await world.create(ann);
      const before = await world.idsOf(ann);
      const valid = world.sample(bob.place, 2);
      for (const name of notAmong(world.scene, world.scene.definition.create)) {
        const answer = await world.ask(bob, "create", { ...valid, [name]: valueFor(world.scene, name, ann) });
        assertNamed(answer, [name], `create with ${name}`);
      }
      // Where a person may be named, as one a task is assigned to, that gives no row away.
      for (const name of namesOfPeople(world.scene, world.scene.definition.create)) {
        await world.ask(bob, "create", { ...valid, [name]: ann.id });
      }
      await world.ask(bob, "create", world.sample(ann.place, 3));
      assert.deepEqual(await world.idsOf(ann), before, "Somebody else's new row is among one's own.");
      if (world.scene.options.ownedBy === undefined) return;
      const own = dataOf<CrudRow>(await world.ask(bob, "create", world.sample(bob.place, 4)), "create");
      assert.equal((await world.stored(own.id))?.[world.scene.options.ownedBy], bob.id, "The row is not its maker's.");
    },
  },
  {
    title: "CRU-16: a change cannot set what is no field, and cannot give the row to somebody else",
    skip: needs("create", "update", "list"),
    async run(world) {
      const [ann, bob] = await world.people();
      await world.create(ann);
      const before = await world.idsOf(ann);
      const row = await world.create(bob, 2);
      const stored = await world.stored(row.id);
      const changes = world.change(bob.place, 3);
      for (const name of notAmong(world.scene, world.scene.definition.update)) {
        const bad = { ...changes, [name]: valueFor(world.scene, name, ann) };
        if (name !== "id" && name !== "version") {
          const one = await world.ask(bob, "update", { ...bad, id: row.id, version: row.version });
          assertNamed(one, [name], `update with ${name}`);
        }
        if (!world.offers("updateMany")) continue;
        const rows = [{ id: row.id, version: row.version }];
        assertNamed(
          await world.ask(bob, "updateMany", { rows, changes: bad }),
          [name, `changes.${name}`],
          `updateMany with ${name}`,
        );
      }
      assert.deepEqual(await world.stored(row.id), stored, "A refused change was made.");
      await giveAway(world, ann, bob, row);
      assert.deepEqual(await world.idsOf(ann), before, "A change put somebody else's row among one's own.");
    },
  },
];

/** Tries to move the row to another person by every field that names a person or a place. */
async function giveAway(world: CrudWorld, ann: Person, bob: Person, { id, version }: CrudRow): Promise<void> {
  const { update } = world.scene.definition;
  const theirs = Object.entries(world.sample(ann.place, 3)).filter(([name]) => name in world.scene.references);
  const moves: Values[] = [
    ...theirs.filter(([name]) => name in update).map(([name, value]) => ({ [name]: value })),
    ...namesOfPeople(world.scene, update).map((name) => ({ [name]: ann.id })),
  ];
  for (const move of moves) {
    const stored = await world.stored(id);
    await world.ask(bob, "update", { id, version: stored?.["version"] ?? version, ...move });
  }
}

/** Columns that are no fields, and names that others have used for the owner. */
function notAmong({ columns }: CrudScene, fields: Readonly<Record<string, unknown>>): readonly string[] {
  const names = new Set([...Object.keys(columns), "ownerId", "userId", "tenantId", "user", "$can", "constructor"]);
  return [...names].filter((name) => !Object.hasOwn(fields, name));
}

function namesOfPeople({ references }: CrudScene, fields: Readonly<Record<string, unknown>>): readonly string[] {
  return Object.keys(fields).filter((name) => references[name] === "users");
}

/** Something the column could hold. */
function valueFor({ columns, references }: CrudScene, name: string, person: Person): unknown {
  if (references[name] === "users" || /^(owner|user|tenant)(Id)?$/.test(name)) return person.id;
  switch (columns[name]?.dataType) {
    case "number":
      return 7;
    case "boolean":
      return true;
    case "date":
      return "2020-01-01T00:00:00.000Z";
    default:
      return person.id;
  }
}

function assertNamed(answer: Answer, names: readonly string[], what: string): void {
  const { data } = assertRefused(answer, "BAD_REQUEST", what);
  const fields = Object.keys((data["fields"] as Values | undefined) ?? {});
  assert.ok(
    names.some((name) => fields.includes(name)),
    `${what} was refused for ${fields.join(", ") || "no field"}.`,
  );
}
