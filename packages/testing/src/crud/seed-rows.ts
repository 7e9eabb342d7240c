import assert from "node:assert/strict";
import { setImmediate } from "node:timers/promises";

import { newId } from "@countersign/auth";

import type { CrudWorld } from "./crud-world.ts";
import type { Person } from "./person.ts";
import { innermost } from "./zod-shape.ts";

const rowsPerStatement = 200;

/** Puts `count` rows at a person's place, as the options say or as copies of one that was created; the ids of all that are there. */
export async function seedRows(world: CrudWorld, person: Person, count: number): Promise<ReadonlySet<string>> {
  const { seed, make } = world.scene.options;
  if (seed) await seed(person.place, count, world.app, person);
  else if (make) await makeRows(world, person, count);
  else await copyRow(world, person, count);

  const ids = await world.allIdsOf(person);
  assert.ok(
    ids.length >= count,
    `${count} rows were put there, and their owner sees ${ids.length}. Say under seed how it is done.`,
  );
  return new Set(ids);
}

async function makeRows({ app, scene }: CrudWorld, person: Person, count: number): Promise<void> {
  for (let n = 0; n < count; n += 1) {
    await scene.options.make?.(person.place, n, app, person);
    // SQLite answers in the same turn: without a pause the app would not get to its sockets meanwhile.
    await setImmediate();
  }
}

async function copyRow(world: CrudWorld, person: Person, count: number): Promise<void> {
  const { id } = await world.create(person, 0);
  const first = (await world.stored(id)) ?? {};
  const copies = Array.from({ length: count - 1 }, (_, index) => ({
    ...first,
    ...storedValues(world, world.sample(person.place, index + 1)),
    id: newId(),
    ...(first["createdAt"] instanceof Date ? { createdAt: new Date(first["createdAt"].getTime() + index) } : {}),
  }));
  for (let from = 0; from < copies.length; from += rowsPerStatement) {
    await world.app.db.insert(world.table).values(copies.slice(from, from + rowsPerStatement));
  }
}

/** A sample as the router would store it: parsed by its own schemas. */
function storedValues({ scene }: CrudWorld, sample: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(sample).flatMap(([name, value]) => {
      const schema = scene.definition.create[name];
      if (scene.columns[name] === undefined || !innermost(schema)) return [];
      // The cast: it was found to be a schema.
      return [[name, (schema as { parse(value: unknown): unknown }).parse(value)]];
    }),
  );
}
