import assert from "node:assert/strict";

import { assertRefused } from "../answer.ts";
import type { CrudCase } from "../crud-case.ts";
import type { CrudRow } from "../crud-options.ts";
import type { CrudScene } from "../crud-scene.ts";
import type { CrudWorld } from "../crud-world.ts";
import type { Person } from "../person.ts";

import { allOf, needs } from "./needs.ts";

const actions = ["update", "remove"] as const;

/** Others than the owner can have a right to a row. */
export const hasRoles = ({ options }: CrudScene) => (options.roles ? null : "nobody else can have a role");

/** What each row says may be done with it is what may be done. */
export const rights: readonly CrudCase[] = [
  {
    title: "$can of a row says what its reader may do, and that is what they may do",
    skip: needs("a row", "get"),
    async run(world) {
      const [ann, bob] = await world.people();
      await assertRights(world, ann, await world.create(ann), ann, actions);
      for (const [role, granted] of Object.entries(world.scene.options.roles ?? {})) {
        const row = await world.create(ann);
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

/** What the row says to somebody with these rights. */
export function canOf(world: CrudWorld, granted: readonly string[]): Record<string, boolean> {
  const offered = actions.filter((action) => world.offers(action));
  return Object.fromEntries(offered.map((action) => [action, granted.includes(action)]));
}

/** Gives a role in the owner's place, or takes it away. */
export async function join(
  { scene, app }: CrudWorld,
  owner: Person,
  person: Person,
  row: CrudRow,
  role: string | null,
): Promise<void> {
  await scene.options.join?.({ place: owner.place, row, person, role }, app);
}
