import assert from "node:assert/strict";

import { assertRefused } from "../answer.ts";
import type { CrudCase } from "../crud-case.ts";
import type { CrudRow } from "../crud-options.ts";
import type { CrudScene } from "../crud-scene.ts";
import type { CrudWorld } from "../crud-world.ts";
import type { Person } from "../person.ts";

import { allOf, needs } from "./needs.ts";
import { placesOf } from "./places.ts";

const actions = ["update", "remove"] as const;
const listsOfOne = 20;

const hasRoles = ({ options }: CrudScene) => (options.roles ? null : "nobody else can have a role");

/** What each row says may be done with it is what may be done. */
export const rights: readonly CrudCase[] = [
  {
    title: "$can of a row says what its reader may do, and that is what they may do",
    skip: needs("create", "get"),
    async run(world) {
      const [ann, bob] = await world.people();
      await assertRights(world, ann, await world.create(ann, 3), ann, actions);
      for (const [role, granted] of Object.entries(world.scene.options.roles ?? {})) {
        const row = await world.create(ann, 3);
        await join(world, ann, bob, row, role);
        await assertRights(world, bob, row, ann, granted);
        await join(world, ann, bob, row, null);
      }
    },
  },
  {
    title: "a role decides who may create, and a stranger learns nothing of the place",
    skip: allOf(needs("create"), hasRoles, ({ options }) => (options.place ? null : "rows have no place of their own")),
    async run(world) {
      const [ann, bob] = await world.people();
      const row = await world.create(ann);
      assertRefused(await world.ask(bob, "create", world.sample(ann.place, 2)), "NOT_FOUND", "create by a stranger");
      let n = 3;
      for (const [role, granted] of Object.entries(world.scene.options.roles ?? {})) {
        await join(world, ann, bob, row, role);
        const answer = await world.ask(bob, "create", world.sample(ann.place, (n += 1)));
        if (granted.includes("create")) assert.equal(answer.refusal, null, `${role} may not create: ${answer.text}`);
        else assertRefused(answer, "FORBIDDEN", `create as ${role}`);
        await join(world, ann, bob, row, null);
        assertRefused(
          await world.ask(bob, "create", world.sample(ann.place, n)),
          "NOT_FOUND",
          "create by who has left",
        );
      }
    },
  },
  {
    title: "CRU-42: two hundred lists of people with different rights get one change at once, each with its own rights",
    skip: allOf(needs("live", "create", "update"), hasRoles),
    async run(world) {
      const ann = await world.person();
      const row = await world.create(ann);
      const roles = Object.entries(world.scene.options.roles ?? {});
      const subscribers = world.isQuick ? 40 : 200;
      // Of the one place, where it can be named: those who may do the same there share what is read.
      const [filter] = placesOf(world, ann);
      const query = filter && { filter };
      const watched = [];
      for (let index = 0; index * listsOfOne < subscribers; index += 1) {
        const [role, granted] = roles[index % roles.length] ?? ["", []];
        const person = await world.person();
        await join(world, ann, person, row, role);
        for (let list = 0; list < listsOfOne; list += 1)
          watched.push({ view: await world.watch(person, query), granted });
      }
      for (const { view } of watched) await world.until(view, (rows) => rows.some(({ id }) => id === row.id));
      const changed = await world.get(ann, "update", {
        id: row.id,
        version: row.version,
        ...world.change(ann.place, 1),
      });
      for (const { view, granted } of watched) {
        await world.until(view, (rows) => rows.some(({ id, version }) => id === row.id && version === changed.version));
        const frames = view.frames.flatMap((frame) => (frame.type === "list" ? frame.rows : frame.upsert));
        for (const seen of frames.filter(({ id }) => id === row.id)) {
          assert.deepEqual(seen.$can, canOf(world, granted), "A list holds somebody else's rights.");
        }
      }
    },
  },
];

/** Somebody with these rights reads a row of the owner's, and does with it what it says. */
async function assertRights(
  world: CrudWorld,
  reader: Person,
  made: CrudRow,
  owner: Person,
  granted: readonly string[],
): Promise<void> {
  const row = await world.get<CrudRow & { readonly $can: unknown }>(reader, "get", { id: made.id });
  assert.deepEqual(row.$can, canOf(world, granted), "The row says otherwise.");
  let { version } = row;
  if (world.offers("update")) {
    const change = { id: row.id, version, ...world.change(owner.place, 4) };
    if (granted.includes("update")) ({ version } = await world.get(reader, "update", change));
    else assertRefused(await world.ask(reader, "update", change), "FORBIDDEN", "update without the right");
  }
  if (!world.offers("remove")) return;
  if (granted.includes("remove")) await world.get(reader, "remove", { id: row.id, version });
  else assertRefused(await world.ask(reader, "remove", { id: row.id }), "FORBIDDEN", "remove without the right");
}

function canOf(world: CrudWorld, granted: readonly string[]): Record<string, boolean> {
  const offered = actions.filter((action) => world.offers(action));
  return Object.fromEntries(offered.map((action) => [action, granted.includes(action)]));
}

async function join(
  { scene, app }: CrudWorld,
  owner: Person,
  person: Person,
  row: CrudRow,
  role: string | null,
): Promise<void> {
  await scene.options.join?.({ place: owner.place, row, person, role }, app);
}
