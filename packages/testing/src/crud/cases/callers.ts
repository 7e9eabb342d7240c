import assert from "node:assert/strict";

import { assertRefused, dataOf } from "../answer.ts";
import type { CrudCase } from "../crud-case.ts";
import type { CrudRow } from "../crud-options.ts";
import type { CrudWorld } from "../crud-world.ts";
import type { Person } from "../person.ts";

import { needs } from "./needs.ts";
import { callsOn } from "./strangers.ts";

/** Visitors, superusers, and those who may see everything. */
export const callers: readonly CrudCase[] = [
  {
    title: "CRU-06: a visitor gets UNAUTHORIZED from every procedure",
    skip: needs("a row"),
    async run(world) {
      const ann = await world.person();
      const row = await world.create(ann);
      const visitor = await world.visitor();
      const inputs = new Map(callsOn(world, ann).map(([action, inputFor]) => [action, inputFor(row)]));
      if (world.offers("create")) inputs.set("create", world.sample(ann.place, 2));
      for (const [action, { type }] of world.scene.definition.procedures) {
        const input = inputs.get(action);
        assertRefused(await world.ask(visitor, action, input), "UNAUTHORIZED", `${action} by a visitor`);
        if (type === "subscription") continue;
        assertRefused(
          await world.ask(visitor, action, input, "http"),
          "UNAUTHORIZED",
          `${action} by a visitor, over HTTP`,
        );
      }
    },
  },
  {
    title: "CRU-07: a superuser sees others' rows only where a permission to see all is declared",
    skip: needs("a row", "get", "list"),
    async run(world) {
      const ann = await world.person();
      const row = await world.create(ann);
      const root = await world.person({ isSuperuser: true });
      await assertSight(world, root, row, world.scene.options.seesAll !== undefined);
    },
  },
  {
    title:
      "CRU-07: those who hold the permission to see all do, as long as they hold it, and may do what each row says",
    skip: ({ options }) => (options.seesAll === undefined ? "no permission opens all rows" : null),
    async run(world) {
      const seesAll = world.scene.options.seesAll ?? "";
      const [ann, bob] = await world.people();
      const row = await world.create(ann);
      await assertSight(world, bob, row, false);
      await world.app.auth.rights.grant(bob.id, seesAll);
      await assertSight(world, bob, row, true);
      await world.app.auth.rights.withdraw(bob.id, seesAll);
      await assertSight(world, bob, row, false);
    },
  },
];

async function assertSight(world: CrudWorld, person: Person, row: CrudRow, isSeen: boolean): Promise<void> {
  const before = await world.stored(row.id);
  const found = await world.ask(person, "get", { id: row.id });
  const { total } = await world.page(person, { count: true, limit: 1 });
  if (!isSeen) {
    assertRefused(found, "NOT_FOUND", "get of somebody else's row");
    assert.equal(total, world.there(person).size, "Somebody else's rows are counted.");
  } else {
    assert.equal(dataOf<CrudRow>(found, "get by who may see all").id, row.id);
    assert.ok(Number(total) >= 1, "What may be seen is not listed.");
  }
  // A row says what may be done with it, and nothing else is done.
  const can = (found.data as { readonly $can?: Readonly<Record<string, boolean>> } | undefined)?.$can ?? {};
  for (const [action, inputFor] of callsOn(world, person)) {
    if (action === "get" || can[action.replace("Many", "")] === true) continue;
    const isOfBin = ["restore", "purge", "purgeMany"].includes(action);
    const codes = isSeen && !isOfBin ? "FORBIDDEN" : ["NOT_FOUND", "FORBIDDEN"];
    assertRefused(await world.ask(person, action, inputFor(row)), codes, `${action} of somebody else's row`);
  }
  assert.deepEqual(await world.stored(row.id), before, "Somebody else's row was changed.");
}
