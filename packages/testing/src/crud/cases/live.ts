import assert from "node:assert/strict";

import { sql } from "drizzle-orm";

import type { LiveRow } from "@countersign/contract";
import type { LiveView } from "@countersign/rpc/testing";

import type { CrudCase } from "../crud-case.ts";
import type { CrudRow } from "../crud-options.ts";
import type { CrudWorld } from "../crud-world.ts";
import type { Person } from "../person.ts";

import { needs } from "./needs.ts";
import { placesOf } from "./places.ts";

/** Lists that are open while rows, rights and places change. */
export const live: readonly CrudCase[] = [
  {
    title: "CRU-01: a live list follows one's own rows, and nothing of anybody else's comes over the wire",
    skip: needs("live", "a row", "list"),
    async run(world) {
      const [ann, bob] = await world.people();
      const hers = await world.watch(ann);
      const his = await world.watch(bob);
      const views = [his];
      for (const filter of placesOf(world, ann)) views.push(await world.watch(bob, { filter }));
      for (const view of [hers, ...views]) await world.until(view, () => true);

      const ids: string[] = [];
      for (const n of [1, 2, 3]) ids.push((await world.create(ann, n)).id);
      const [first = "", second = ""] = ids;
      if (world.offers("update"))
        await world.get(ann, "update", { id: first, version: 1, ...world.change(ann.place, 4) });
      if (world.offers("remove")) await world.get(ann, "remove", { id: second });
      await assertEqual(world, ann, hers);

      const own = await world.create(bob, 5);
      await world.until(his, (rows) => rows.some(({ id }) => id === own.id));
      await settle(world, ann, bob);
      const heard = bob.socket.texts.join("");
      for (const id of ids) assert.ok(!heard.includes(id), "A frame holds somebody else's row.");
      assert.ok(!ann.socket.texts.join("").includes(own.id), "A frame holds somebody else's row.");
      for (const view of views.slice(1)) assert.deepEqual(view.rows, [], "A filter opened somebody else's place.");
      assert.equal(his.frames.length, 2, "Somebody else's changes sent something.");

      // One statement for the rows of both: their lists are read again at once, and still each its own.
      await world.app.db.update(world.table).set({ version: sql`${world.table.version} + 1` });
      await assertEqual(world, ann, hers);
      await assertEqual(world, bob, his);
    },
  },
  {
    title: "CRU-12: a row that goes to somebody else leaves one open list and enters the other",
    skip: (scene) => needs("live", "a row")(scene) ?? (scene.options.transfer ? null : "rows stay where they are"),
    async run(world) {
      const [ann, bob] = await world.people();
      const hers = await world.watch(ann);
      const his = await world.watch(bob);
      const row = await world.create(ann);
      await world.until(hers, (rows) => rows.some(({ id }) => id === row.id));
      const heardBefore = bob.socket.texts.join("");
      assert.ok(!heardBefore.includes(row.id), "It was sent before it was given.");
      await world.scene.options.transfer?.({ row, from: ann, to: bob }, world.app);
      await world.until(his, (rows) => rows.some(({ id }) => id === row.id));
      await world.until(hers, (rows) => rows.every(({ id }) => id !== row.id));
      await assertEqual(world, ann, hers);
      await assertEqual(world, bob, his);
    },
  },
  {
    title: "CRU-13: an open list is read again under the rights its reader has at that moment",
    skip: (scene) =>
      needs("live", "a row")(scene) ??
      (scene.options.roles || scene.options.seesAll !== undefined
        ? null
        : "nobody but the owner can have a right to a row"),
    async run(world) {
      for (const [give, take] of waysIn(world)) {
        const [ann, bob] = await world.people();
        const row = await world.create(ann);
        const view = await world.watch(bob);
        await world.until(view, (rows) => rows.every(({ id }) => id !== row.id));
        await give(ann, bob, row);
        await world.until(view, (rows) => rows.some(({ id }) => id === row.id));
        await take(ann, bob, row);
        await world.until(view, (rows) => rows.every(({ id }) => id !== row.id));
        await assertDeaf(world, ann, bob, row);
      }
    },
  },
  {
    title: "CRU-13: a row that no longer fits the filter of an open list leaves it, and one that does comes in",
    skip: (scene) =>
      needs("live", "create", "update")(scene) ??
      (heldBy(scene.definition.query.filters, scene.definition.update) === null
        ? "no field that changes can be filtered by eq"
        : null),
    async run(world) {
      const ann = await world.person();
      const { filters } = world.scene.definition.query;
      const name = heldBy(filters, world.scene.definition.update) ?? "";
      const row = await world.create(ann);
      const other = otherValue(world, ann, row, name);
      const without = await world.watch(ann, { filter: { [name]: { eq: row[name] } } });
      const within = await world.watch(ann, { filter: { [name]: { eq: other } } });
      const isThere = (rows: readonly LiveRow[]) => rows.some(({ id }) => id === row.id);
      await world.until(without, isThere);
      await world.until(within, (rows) => !isThere(rows));
      await world.get(ann, "update", { id: row.id, version: row.version, [name]: other });
      await world.until(without, (rows) => !isThere(rows));
      await world.until(within, isThere);
    },
  },
];

/** The ways somebody else can get to see a row and lose the sight of it. */
function waysIn({ scene, app }: CrudWorld): readonly [Way, Way][] {
  const { roles = {}, join, seesAll } = scene.options;
  const byRole = Object.keys(roles).map((role): [Way, Way] => [
    async ({ place }, person, row) => join?.({ place, row, person, role }, app),
    async ({ place }, person, row) => join?.({ place, row, person, role: null }, app),
  ]);
  if (seesAll === undefined) return byRole;
  const byRight: [Way, Way] = [
    async (_, { id }) => void (await app.auth.rights.grant(id, seesAll)),
    async (_, { id }) => void (await app.auth.rights.withdraw(id, seesAll)),
  ];
  return [...byRole, byRight];
}

type Way = (owner: Person, other: Person, row: CrudRow) => Promise<void>;

/** Nothing of what happens there now is heard. */
async function assertDeaf(world: CrudWorld, ann: Person, bob: Person, row: CrudRow): Promise<void> {
  await settle(world, ann, bob);
  const heardSoFar = bob.socket.texts.length;
  if (world.offers("update")) {
    const { version } = (await world.stored(row.id)) ?? row;
    await world.get(ann, "update", { id: row.id, version, ...world.change(ann.place, 3) });
  }
  const late = await world.create(ann, 4);
  await settle(world, ann, bob);
  const heard = bob.socket.texts.slice(heardSoFar).join("");
  for (const { id } of [row, late]) assert.ok(!heard.includes(id), "A row is sent to who may not see it any more.");
}

/** Waits until what was told by now has been heard: pushes leave together, and before what is asked after them. */
async function settle(world: CrudWorld, ...people: readonly Person[]): Promise<void> {
  for (let round = 0; round < 2; round += 1) {
    for (const person of people) await world.page(person, { limit: 1 });
    await new Promise((resolve) => setTimeout(resolve, 15));
  }
}

/** The open list becomes what the list answers. */
async function assertEqual(world: CrudWorld, person: Person, view: LiveView): Promise<void> {
  const { rows, total } = await world.page(person);
  // Rows and total are counted one after the other: in between, the list can be a frame behind with one of them.
  const isCounted = () => view.total === undefined || total === null || view.total === total;
  await world.until(view, (shown) => isCounted() && JSON.stringify(shown) === JSON.stringify(rows));
}

function heldBy(
  filters: Readonly<Record<string, readonly string[]>>,
  fields: Readonly<Record<string, unknown>>,
): string | null {
  return Object.keys(filters).find((name) => filters[name]?.includes("eq") && name in fields) ?? null;
}

/** A value that a change gives the field, and that it has not. */
function otherValue(world: CrudWorld, person: Person, row: CrudRow, name: string): unknown {
  const values = Array.from({ length: 10 }, (_, n) => world.change(person.place, n)[name]);
  const other = values.find((value) => value !== undefined && value !== row[name]);
  assert.ok(other !== undefined, `None of ten changes sets ${name} to another value. Let change do so.`);
  return other;
}
