import assert from "node:assert/strict";

import { eq } from "drizzle-orm";

import { assertRefused } from "../answer.ts";
import { atOnce } from "../at-once.ts";
import type { CrudCase } from "../crud-case.ts";
import type { CrudRow, Values } from "../crud-options.ts";
import { type CrudWorld, transports } from "../crud-world.ts";
import type { Person } from "../person.ts";

import { needs } from "./needs.ts";

const operators = ["eq", "ne", "in", "gt", "gte", "lt", "lte", "isNull", "contains", "startsWith"];

/** What goes out is what was listed, and the rest cannot be guessed. */
export const showing: readonly CrudCase[] = [
  {
    title: "CRU-18: a row has exactly the listed fields, in whatever answer it comes",
    skip: needs("a row", "list"),
    async run(world) {
      await assertKeys(world, await world.person(), world.keysFor([]));
      const permissions = Object.values(world.scene.options.showsTo ?? {});
      if (permissions.length === 0) return;
      const bob = await world.person();
      for (const permission of permissions) await world.app.auth.rights.grant(bob.id, permission);
      await assertKeys(world, bob, world.keysFor(permissions));
    },
  },
  {
    title: "CRU-19: what does not go out cannot be asked for by filter, order or search",
    skip: (scene) => needs("list", "a row")(scene) ?? (scene.hidden.length === 0 ? "every column goes out" : null),
    async run(world) {
      const ann = await world.person();
      const row = await world.create(ann);
      for (const name of world.scene.hidden) {
        const asked = [
          { order: { by: name } },
          ...operators.map((operator) => ({ filter: { [name]: { [operator]: operator === "isNull" ? true : "x" } } })),
          { filter: { [name]: "x" } },
          { search: { [name]: "x" } },
        ];
        await atOnce(asked, async (query) => {
          const what = JSON.stringify(query);
          assertRefused(await world.ask(ann, "list", query), "BAD_REQUEST", `list of ${what}`);
          assertRefused(await world.ask(ann, "list", query, "http"), "BAD_REQUEST", `list of ${what} over HTTP`);
          if (world.offers("live"))
            assertRefused(await world.ask(ann, "live", query), "BAD_REQUEST", `live of ${what}`);
        });
      }
      await assertNotSearched(world, row, async (text) => (await world.page(ann, { search: text })).rows.length);
    },
  },
];

async function assertKeys(world: CrudWorld, person: Person, keys: readonly string[]): Promise<void> {
  const assertThese = (row: unknown, where: string) =>
    assert.deepEqual(Object.keys(row as object).toSorted(), keys, `In ${where} a row has other fields.`);

  const view = world.offers("live") ? await world.watch(person) : null;
  const { id } = await world.create(person);
  for (const transport of transports) {
    const { data } = await world.ask(person, "list", undefined, transport);
    assertThese((data as { readonly rows: readonly CrudRow[] }).rows[0], `list over ${transport}`);
    if (!world.offers("get")) continue;
    assertThese((await world.ask(person, "get", { id }, transport)).data, `get over ${transport}`);
  }
  for (const [where, row] of await rowsOfChanges(world, person)) assertThese(row, where);
  if (!view) return;
  await world.until(view, (rows) => rows.some((row) => row.id === id));
  for (const frame of view.frames) {
    for (const row of frame.type === "list" ? frame.rows : frame.upsert) assertThese(row, "live");
  }
}

async function rowsOfChanges(world: CrudWorld, person: Person): Promise<[string, unknown][]> {
  const row = await world.create(person, 2);
  const seen: [string, unknown][] = [["create", row]];
  let { version } = row;
  if (world.offers("update")) {
    const updated = await world.get(person, "update", { id: row.id, version, ...world.change(person.place, 2) });
    seen.push(["update", updated]);
    ({ version } = updated);
    const stale = await world.ask(person, "update", { id: row.id, version: 1, ...world.change(person.place, 3) });
    seen.push(["what a conflict shows", stale.refusal?.data["current"]]);
  }
  if (world.offers("updateMany")) {
    const many = { rows: [{ id: row.id, version }], changes: world.change(person.place, 4) };
    seen.push(["updateMany", (await world.get<readonly CrudRow[]>(person, "updateMany", many))[0]]);
  }
  if (world.offers("restore")) {
    await world.get(person, "remove", { id: row.id });
    seen.push(["restore", await world.get(person, "restore", { id: row.id })]);
  }
  return seen;
}

/** Writes a word into each hidden text, and looks for it. */
async function assertNotSearched(
  world: CrudWorld,
  row: CrudRow,
  search: (text: string) => Promise<number>,
): Promise<void> {
  const { hidden, columns, references, definition, uniques } = world.scene;
  if (!definition.query.accepts.has("search")) return;
  for (const name of hidden) {
    const isText = columns[name]?.dataType === "string" && references[name] === undefined;
    if (!isText || uniques.some((unique) => unique.includes(name))) continue;
    const change: Values = { [name]: "sesame" };
    await world.app.db.update(world.table).set(change).where(eq(world.table.id, row.id));
    assert.equal(await search("sesame"), 0, `A search finds what is hidden in ${name}.`);
  }
}
