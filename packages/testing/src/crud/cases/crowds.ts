import assert from "node:assert/strict";

import type { CrudCase } from "../crud-case.ts";
import type { CrudRow } from "../crud-options.ts";
import type { CrudWorld } from "../crud-world.ts";
import type { Person } from "../person.ts";

import { allOf, needs } from "./needs.ts";
import { placesOf } from "./places.ts";
import { canOf, hasRoles, join } from "./rights.ts";

const people = 8;

/** Many open lists of people with different rights. */
export const crowds: readonly CrudCase[] = [
  {
    title:
      "CRU-42: two hundred lists of people with different rights get one change at once, each exactly its own part of it",
    skip: allOf(needs("live", "create", "update"), hasRoles),
    async run(world) {
      const ann = await world.person();
      const row = await world.create(ann);
      const watched = await openLists(world, ann, row);
      for (const { view } of watched) await world.until(view, (rows) => rows.some(({ id }) => id === row.id));
      const change = { id: row.id, version: row.version, ...world.change(ann.place, 1) };
      const { version } = await world.get(ann, "update", change);
      for (const { view, $can, keys } of watched) {
        await world.until(view, (rows) => rows.some((seen) => seen.id === row.id && seen.version === version));
        const frames = view.frames.flatMap((frame) => (frame.type === "list" ? frame.rows : frame.upsert));
        for (const seen of frames.filter(({ id }) => id === row.id)) {
          assert.deepEqual(seen.$can, $can, "A list holds somebody else's rights.");
          assert.deepEqual(Object.keys(seen).toSorted(), keys, "A list holds somebody else's columns.");
        }
      }
    },
  },
];

/** Of each role some who hold the permissions to see more columns, and some who do not. */
async function openLists(world: CrudWorld, ann: Person, row: CrudRow) {
  const { roles = {}, showsTo = {} } = world.scene.options;
  const named = Object.entries(roles);
  // Of the one place, where it can be named: those who may do the same there share what is read.
  const [filter] = placesOf(world, ann);
  const watched = [];
  for (let index = 0; index < people; index += 1) {
    const [role, granted] = named[index % named.length] ?? ["", []];
    const seesAll = Math.floor(index / named.length) % 2 === 1;
    const person = await world.person();
    await join(world, ann, person, row, role);
    const permissions = seesAll ? Object.values(showsTo) : [];
    for (const permission of permissions) await world.app.auth.rights.grant(person.id, permission);
    for (let list = 0; list < (world.isQuick ? 5 : 25); list += 1) {
      const view = await world.watch(person, filter && { filter });
      watched.push({ view, $can: canOf(world, granted), keys: world.keysFor(permissions) });
    }
  }
  return watched;
}
