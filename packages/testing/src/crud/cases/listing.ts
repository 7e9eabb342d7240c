import assert from "node:assert/strict";

import type { CrudCase } from "../crud-case.ts";
import type { Values } from "../crud-options.ts";
import type { CrudWorld } from "../crud-world.ts";
import type { Person } from "../person.ts";

import { needs } from "./needs.ts";

/** Whatever a list is asked, it has one's own rows in it, all of them, and nobody else's. */
export const listing: readonly CrudCase[] = [
  {
    title: "CRU-01: lists, totals, orders, filters and searches hold one's own rows only, and all of them",
    skip: needs("list", "a row"),
    async run(world) {
      const { definition } = world.scene;
      const [ann, bob] = await world.people();
      const count = world.isQuick ? 50 : 1000;
      const hers = await world.seed(ann, count);
      const his = await world.seed(bob, count);
      const strange = [...his].filter((id) => hers.has(id));
      assert.deepEqual(strange, [], "These rows are in the lists of two people who have nothing in common.");

      for (const order of definition.query.orders) {
        for (const direction of ["asc", "desc"]) await assertSame(world, bob, { order: { by: order, direction } }, his);
      }
      await assertOffsets(world, bob, his);
      for (const query of await queriesAfter(world, ann)) await assertOwn(world, ann, bob, query, his);
    },
  },
];

async function assertSame(
  world: CrudWorld,
  person: Person,
  query: Values,
  expected: ReadonlySet<string>,
): Promise<void> {
  const ids = await world.allIdsOf(person, query);
  const what = JSON.stringify(query);
  assert.equal(new Set(ids).size, ids.length, `The pages of ${what} hold a row twice.`);
  assert.deepEqual(ids.toSorted(), [...expected].toSorted(), `The pages of ${what} hold other rows than the list.`);
}

async function assertOffsets(world: CrudWorld, person: Person, own: ReadonlySet<string>): Promise<void> {
  const { accepts } = world.scene.definition.query;
  if (!accepts.has("offset")) return;
  for (const offset of [0, 1, own.size - 1, own.size, own.size + 1]) {
    const { rows, total } = await world.page(person, { offset, limit: 5, count: true });
    assert.equal(total, own.size, `At offset ${offset} the total counts other rows.`);
    assert.equal(rows.length, Math.max(0, Math.min(5, own.size - offset)), `At offset ${offset} rows are missing.`);
    assert.ok(
      rows.every(({ id }) => own.has(id)),
      `At offset ${offset} there is somebody else's row.`,
    );
  }
}

/** Everything the list may be asked that one of this person's rows answers to. */
async function queriesAfter(world: CrudWorld, person: Person): Promise<readonly Values[]> {
  const { query } = world.scene.definition;
  const [row] = (await world.page(person)).rows;
  const stored = (await world.stored(row?.id ?? "")) ?? {};
  const filters = Object.entries(query.filters).flatMap(([name, operators]) =>
    operators.flatMap((operator) =>
      operandsOf(operator, stored[name]).map((operand) => ({ [name]: { [operator]: operand } })),
    ),
  );
  const texts = Object.values(stored).filter((value) => typeof value === "string" && value !== "");
  return [
    ...filters.map((filter) => ({ filter })),
    ...(query.accepts.has("search") ? texts.map((text) => ({ search: String(text).slice(0, 100) })) : []),
    ...(query.accepts.has("search") ? [{ search: "%" }, { search: "_" }, { search: "" }] : []),
    ...(query.accepts.has("removed") ? [{ removed: true }] : []),
  ];
}

function operandsOf(operator: string, stored: unknown): readonly unknown[] {
  if (operator === "isNull") return [true, false];
  if (stored === null || stored === undefined) return [];
  const value = stored instanceof Date ? stored.toISOString() : stored;
  if (operator === "in") return [[value]];
  return operator === "contains" || operator === "startsWith"
    ? [typeof value === "string" ? value.slice(0, 100) : "x"]
    : [value];
}

async function assertOwn(
  world: CrudWorld,
  ann: Person,
  bob: Person,
  query: Values,
  own: ReadonlySet<string>,
): Promise<void> {
  const what = JSON.stringify(query);
  const { rows, total } = await world.page(bob, query);
  assert.ok(
    rows.every(({ id }) => own.has(id)),
    `${what} finds somebody else's row.`,
  );
  assert.ok(total === null || total <= own.size, `${what} counts somebody else's rows.`);
  // That they are found by their owner shows that the question means something.
  const hers = await world.page(ann, query);
  assert.ok(
    hers.rows.every(({ id }) => !own.has(id)),
    `${what} finds somebody else's row.`,
  );
}
