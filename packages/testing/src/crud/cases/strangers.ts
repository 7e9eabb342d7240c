import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";

import { assertRefused } from "../answer.ts";
import type { CrudCase } from "../crud-case.ts";
import type { CrudRow, Values } from "../crud-options.ts";
import { type CrudWorld, transports } from "../crud-world.ts";
import type { Person } from "../person.ts";

import { needs } from "./needs.ts";

/** Somebody else's row is not there. */
export const strangers: readonly CrudCase[] = [
  {
    title:
      "CRU-02: somebody else's row is answered for like one that does not exist, in every procedure, and stays as it is",
    skip: needs("a row"),
    async run(world) {
      const [ann, bob] = await world.people();
      const row = await world.create(ann);
      const before = await world.stored(row.id);
      for (const transport of transports) {
        for (const [action, inputFor] of callsOn(world, bob)) {
          const what = `${action} of somebody else's row over ${transport}`;
          const theirs = await world.ask(bob, action, inputFor(row), transport);
          assertRefused(theirs, "NOT_FOUND", what);
          const nobodys = await world.ask(bob, action, inputFor({ ...row, id: randomUUID() }), transport);
          const refusal = assertRefused(nobodys, "NOT_FOUND", `${action} of no row`);
          assert.equal(
            withoutIds(theirs.refusal),
            withoutIds(refusal),
            `${what} is answered otherwise than for no row`,
          );
        }
      }
      assert.deepEqual(await world.stored(row.id), before, "The row was changed by somebody else.");
    },
  },
  {
    title: "CRU-02: somebody else's row in the bin is not there either",
    skip: needs("a row", "remove", "restore"),
    async run(world) {
      const [ann, bob] = await world.people();
      const { id } = await world.create(ann);
      await world.get(ann, "remove", { id });
      const before = await world.stored(id);
      for (const [action, inputFor] of callsInBin(world))
        assertRefused(
          await world.ask(bob, action, inputFor({ id, version: 2 })),
          "NOT_FOUND",
          `${action} of somebody else's row`,
        );
      assertRefused(await world.ask(bob, "get", { id }), "NOT_FOUND", "get of somebody else's removed row");
      const { rows, total } = await world.page(bob, { removed: true });
      assert.deepEqual([rows, total], [[], 0], "Somebody else's removed row is listed.");
      assert.deepEqual(await world.stored(id), before, "The removed row was changed by somebody else.");
    },
  },
  {
    title: "CRU-02: the time of the answer does not tell somebody else's row from one that does not exist",
    skip: needs("a row", "get"),
    async run(world) {
      const [ann, bob] = await world.people();
      const { id } = await world.create(ann);
      const differences: string[] = [];
      for (let attempt = 0; attempt < 3; attempt += 1) {
        const [theirs, nobodys] = await compareTimes(world, bob, id);
        if (Math.abs(theirs - nobodys) < Math.max(0.5, nobodys / 2)) return;
        differences.push(`${theirs.toFixed(2)} ms and ${nobodys.toFixed(2)} ms`);
      }
      assert.fail(`Somebody else's row and no row take ${differences.join(", ")}.`);
    },
  },
];

/** The procedures that name a row, with an input that is valid in all else. */
export function callsOn(world: CrudWorld, person: Person): readonly [string, (row: CrudRow) => Values][] {
  const changes = world.change(person.place, 7);
  const calls: [string, (row: CrudRow) => Values][] = [
    ["get", ({ id }) => ({ id })],
    ["update", ({ id, version }) => ({ id, version, ...changes })],
    ["remove", ({ id }) => ({ id })],
    ["remove", ({ id, version }) => ({ id, version })],
    ...callsInBin(world),
    ["updateMany", ({ id, version }) => ({ rows: [{ id, version }], changes })],
    ["removeMany", ({ id, version }) => ({ rows: [{ id, version }] })],
  ];
  return calls.filter(([action]) => world.offers(action));
}

/** Those of them that are for rows in the bin. */
function callsInBin(world: CrudWorld): readonly [string, (row: Pick<CrudRow, "id" | "version">) => Values][] {
  const calls: [string, (row: Pick<CrudRow, "id" | "version">) => Values][] = [
    ["restore", ({ id }) => ({ id })],
    ["purge", ({ id }) => ({ id })],
    ["purgeMany", ({ id, version }) => ({ rows: [{ id, version }] })],
  ];
  return calls.filter(([action]) => world.offers(action));
}

function withoutIds(refusal: unknown): string {
  return JSON.stringify(refusal).replaceAll(/[\da-f]{8}-[\da-f-]{27}/g, "<id>");
}

/** The medians of what takes turns, so that a busy machine is busy for both. */
async function compareTimes(world: CrudWorld, person: Person, id: string): Promise<readonly [number, number]> {
  const times: readonly [number[], number[]] = [[], []];
  for (let round = 0; round < 60; round += 1) {
    times[0].push(await timed(() => world.ask(person, "get", { id })));
    times[1].push(await timed(() => world.ask(person, "get", { id: randomUUID() })));
  }
  return [median(times[0]), median(times[1])];
}

async function timed(act: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  await act();
  return performance.now() - start;
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1] ?? 0;
}
