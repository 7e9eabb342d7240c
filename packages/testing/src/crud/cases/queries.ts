import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";

import { assertRefused } from "../answer.ts";
import { atOnce } from "../at-once.ts";
import type { CrudCase } from "../crud-case.ts";
import type { CrudWorld } from "../crud-world.ts";
import type { Person } from "../person.ts";

import { needs } from "./needs.ts";

const columnsNobodyDeclared = [
  "id; DROP TABLE notes",
  "id--",
  "id'",
  'id"',
  "`id`",
  "users.id",
  "a.b",
  "id desc",
  "lower(id)",
  "1",
  "",
  " id",
  "id\u0000",
  "\u0007",
  "__proto__",
  "constructor",
  "toString",
  "passwordHash",
];

const filtersNobodyDeclared = [
  "_connector",
  "OR",
  "AND",
  "NOT",
  "or",
  "$or",
  "owner",
  "owner.username",
  "owner__username",
];

/** Lists are asked what was declared, and no more than they can answer. */
export const queries: readonly CrudCase[] = [
  {
    title: "CRU-24: lists are ordered by declared columns only; any other is refused",
    skip: needs("list"),
    async run(world) {
      const ann = await world.person();
      const orders = columnsNobodyDeclared.flatMap((by) => [{ order: { by } }, { order: { by, direction: "desc" } }]);
      const [known = "id"] = world.scene.definition.query.orders;
      const others = [
        { orderBy: known },
        { sort: known },
        { order: known },
        { order: [known] },
        { order: [{ by: known }] },
        { order: { by: [known] } },
        { order: { by: known, direction: "desc; drop table users" } },
        { order: { by: known, nulls: "first" } },
      ];
      await assertAllRefused(world, ann, [...orders, ...others]);
    },
  },
  {
    title: "CRU-25: lists are filtered by declared columns and comparisons only; any other is refused",
    skip: needs("list"),
    async run(world) {
      const ann = await world.person();
      const { columns, definition } = world.scene;
      const { filters } = definition.query;
      const undeclared = [
        ...filtersNobodyDeclared,
        ...Object.keys(columns).filter((name) => filters[name] === undefined),
      ];
      await assertAllRefused(world, ann, [
        ...undeclared.flatMap((name) => [
          { filter: { [name]: { eq: "x" } } },
          { filter: { [name]: [] } },
          { [name]: "x" },
        ]),
        ...Object.keys(filters).flatMap((name) => [
          ...["like", "regex", "$ne", "or", "not", "sql", "__proto__x", "eq "].map((operator) => ({
            filter: { [name]: { [operator]: "x" } },
          })),
          { filter: { [name]: "x" } },
          { filter: { [`${name}__contains`]: "x" } },
          { filter: { [`${name}.id`]: { eq: "x" } } },
        ]),
        { where: "1=1" },
        { filter: "1=1" },
        { filter: [] },
        { filter: null },
        { select: ["passwordHash"] },
        { include: { owner: true } },
        { with: { owner: true } },
      ]);
    },
  },
  {
    title:
      "CRU-30: lists and bulk calls that ask for too much are refused, and what they accept takes less than a second",
    skip: needs("list", "a row"),
    async run(world) {
      const ann = await world.person();
      const { accepts, filters, mostRows } = world.scene.definition.query;
      await world.seed(ann, 100);
      const many = (count: number) => Array.from({ length: count }, () => ({ id: randomUUID(), version: 1 }));
      await assertAllRefused(world, ann, [
        { limit: mostRows + 1 },
        ...[0, -1, 1e9, 1.5, "20", null].map((limit) => ({ limit })),
        ...[1e9, -1, 0.5, "0", null].map((offset) => ({ offset })),
        { search: "x".repeat(20_000) },
        { cursor: "x".repeat(20_000) },
        ...Object.entries(filters).flatMap(([name, operators]) =>
          operators.includes("in") ? [{ filter: { [name]: { in: many(101).map(({ id }) => id) } } }] : [],
        ),
      ]);
      for (const [name, operators] of Object.entries(filters)) {
        if (!operators.includes("in")) continue;
        const answer = await world.ask(ann, "list", { filter: { [name]: { in: many(10_001).map(() => 1) } } });
        assertRefused(answer, "BAD_REQUEST", `list of 10,001 values of ${name}`);
      }
      for (const action of ["updateMany", "removeMany"]) {
        if (!world.offers(action)) continue;
        const changes = action === "updateMany" ? { changes: world.change(ann.place, 1) } : {};
        assertRefused(
          await world.ask(ann, action, { rows: many(101), ...changes }),
          "BAD_REQUEST",
          `${action} of 101 rows`,
        );
        assertRefused(await world.ask(ann, action, { rows: [], ...changes }), "BAD_REQUEST", `${action} of no row`);
      }
      if (!accepts.has("search")) return;
      for (const search of ["%".repeat(100), "%_".repeat(50), "(a+)+$".repeat(10), "\\".repeat(99), "a%".repeat(60)]) {
        const start = performance.now();
        await world.page(ann, { search });
        const took = performance.now() - start;
        assert.ok(took < 1000, `The search for ${search} took ${took.toFixed()} ms.`);
      }
    },
  },
];

function assertAllRefused(world: CrudWorld, person: Person, inputs: readonly unknown[]): Promise<void> {
  return atOnce(inputs, async (input) => {
    const what = JSON.stringify(input).slice(0, 120);
    assertRefused(await world.ask(person, "list", input), "BAD_REQUEST", `list of ${what}`);
    if (world.offers("live")) assertRefused(await world.ask(person, "live", input), "BAD_REQUEST", `live of ${what}`);
    if (what.length === 120) return;
    assertRefused(await world.ask(person, "list", input, "http"), "BAD_REQUEST", `list of ${what} over HTTP`);
  });
}
