import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";

import { assertRefused } from "../answer.ts";
import type { CrudCase } from "../crud-case.ts";
import type { CrudRow } from "../crud-options.ts";
import type { CrudWorld } from "../crud-world.ts";

import { needs } from "./needs.ts";

/** The ordinary life of rows, one by one and together. */
export const several: readonly CrudCase[] = [
  {
    title: "a row is created, read, listed, changed and removed by its owner",
    skip: needs("a row", "get", "list"),
    async run(world) {
      const ann = await world.person();
      const row = await world.create(ann);
      assert.deepEqual(await world.get(ann, "get", { id: row.id }), row);
      assert.deepEqual(await world.rowsOf(ann), [row]);
      let present = row;
      if (world.offers("update")) {
        present = await world.get(ann, "update", { id: row.id, version: row.version, ...world.change(ann.place, 1) });
        assert.equal(present.version, row.version + 1);
        assert.notDeepEqual(
          { ...present, version: 0, updatedAt: 0 },
          { ...row, version: 0, updatedAt: 0 },
          "The change changed nothing.",
        );
        assert.deepEqual(await world.get(ann, "get", { id: row.id }), present);
      }
      if (!world.offers("remove")) return;
      await world.get(ann, "remove", { id: row.id, version: present.version });
      assertRefused(await world.ask(ann, "get", { id: row.id }), "NOT_FOUND", "get of what was removed");
      assertRefused(await world.ask(ann, "remove", { id: row.id }), "NOT_FOUND", "remove of what was removed");
      assert.deepEqual(await world.rowsOf(ann), []);
    },
  },
  {
    title: "what was removed is in the bin, is not changed there, and comes back as it was",
    skip: needs("a row", "remove", "restore", "list"),
    async run(world) {
      const ann = await world.person();
      const row = await world.create(ann);
      await world.get(ann, "remove", { id: row.id });
      const binned = (await world.page(ann, { removed: true })).rows;
      assert.deepEqual(
        binned.map(({ id }) => id),
        [row.id],
      );
      const [removed] = binned;
      const change = { id: row.id, version: removed?.version ?? 0, ...world.change(ann.place, 1) };
      if (world.offers("update"))
        assertRefused(await world.ask(ann, "update", change), "NOT_FOUND", "update of what was removed");
      const restored = await world.get(ann, "restore", { id: row.id });
      assert.deepEqual(lasting(restored), lasting(row), "It did not come back as it was.");
      assert.deepEqual((await world.page(ann, { removed: true })).rows, []);
    },
  },
  {
    title: "what is purged from the bin is gone for good, and nothing is purged that is not in the bin",
    skip: needs("a row", "remove", "purge", "list"),
    async run(world) {
      const ann = await world.person();
      const [kept, row] = [await world.create(ann, 1), await world.create(ann, 2)];
      assertRefused(await world.ask(ann, "purge", { id: row.id }), "NOT_FOUND", "purge of what is not in the bin");
      await world.get(ann, "remove", { id: row.id });
      assertRefused(await world.ask(ann, "purge", { id: row.id, version: 99 }), "CONFLICT", "purge of another version");
      await world.get(ann, "purge", { id: row.id });
      assert.equal(await world.stored(row.id), null, "What was purged is kept.");
      assert.deepEqual((await world.page(ann, { removed: true })).rows, []);
      assert.deepEqual(await world.idsOf(ann), [kept.id]);
      for (const action of ["purge", "restore"].filter((offered) => world.offers(offered)))
        assertRefused(await world.ask(ann, action, { id: row.id }), "NOT_FOUND", `${action} of what was purged`);
    },
  },
  {
    title: "several rows are purged together, or none of them",
    skip: needs("a row", "remove", "purgeMany", "list"),
    async run(world) {
      const { ann, own, bad } = await rowsFor(world);
      for (const { id } of own) await world.get(ann, "remove", { id });
      const binned = (await world.page(ann, { removed: true })).rows.map(named);
      const unbinned = named(await world.create(ann, 7));
      const before = await storedRows(world, own);
      for (const row of [
        unbinned,
        ...bad.map(([one]) => one).filter(({ id }) => own.every((mine) => mine.id !== id)),
      ]) {
        assertRefused(await world.ask(ann, "purgeMany", { rows: [...binned, row] }), "NOT_FOUND", "purgeMany");
        assertRefused(await world.ask(ann, "purgeMany", { rows: [row, ...binned] }), "NOT_FOUND", "purgeMany");
        assert.deepEqual(await storedRows(world, own), before, "Some of the rows were purged.");
      }
      await world.get(ann, "purgeMany", { rows: binned });
      assert.deepEqual((await world.page(ann, { removed: true })).rows, []);
    },
  },
  {
    title: "several rows are changed together, or none of them",
    skip: needs("a row", "updateMany", "get"),
    async run(world) {
      const { ann, own, bad } = await rowsFor(world);
      const changes = world.change(ann.place, 5);
      for (const [row, codes] of bad) {
        const before = await storedRows(world, own);
        assertRefused(await world.ask(ann, "updateMany", { rows: [...own, row], changes }), codes, "updateMany");
        assertRefused(await world.ask(ann, "updateMany", { rows: [row, ...own], changes }), codes, "updateMany");
        assert.deepEqual(await storedRows(world, own), before, "Some of the rows were changed.");
      }
      const changed = await world.get<readonly CrudRow[]>(ann, "updateMany", { rows: own, changes });
      assert.deepEqual(
        changed.map(({ id, version }) => [id, version]),
        own.map(({ id, version }) => [id, version + 1]),
      );
    },
  },
  {
    title: "several rows are removed together, or none of them",
    skip: needs("a row", "removeMany", "list"),
    async run(world) {
      const { ann, own, bad } = await rowsFor(world);
      const before = await world.idsOf(ann);
      for (const [row, codes] of bad) {
        assertRefused(await world.ask(ann, "removeMany", { rows: [...own, row] }), codes, "removeMany");
        assertRefused(await world.ask(ann, "removeMany", { rows: [row, ...own] }), codes, "removeMany");
        assert.deepEqual(await world.idsOf(ann), before, "Some of the rows were removed.");
      }
      await world.get(ann, "removeMany", { rows: own });
      assert.deepEqual(
        await world.idsOf(ann),
        before.filter((id) => own.every((row) => row.id !== id)),
      );
    },
  },
];

/** Three rows of one's own, and rows that make a call with them fail. */
async function rowsFor(world: CrudWorld) {
  const [ann, bob] = await world.people();
  const own: RowVersion[] = [];
  for (const n of [1, 2, 3]) own.push(named(await world.create(ann, n)));
  const bad: [RowVersion, string][] = [
    [named(await world.create(bob, 4)), "NOT_FOUND"],
    [{ id: randomUUID(), version: 1 }, "NOT_FOUND"],
    [{ id: own[0]?.id ?? "", version: 99 }, "BAD_REQUEST"],
  ];
  if (!world.offers("update")) return { ann, own, bad };
  const stale = named(await world.create(ann, 5));
  await world.get(ann, "update", { ...stale, ...world.change(ann.place, 6) });
  return { ann, own, bad: [...bad, [stale, "CONFLICT"] as [RowVersion, string]] };
}

interface RowVersion {
  readonly id: string;
  readonly version: number;
}

function named({ id, version }: CrudRow): RowVersion {
  return { id, version };
}

function storedRows(world: CrudWorld, rows: readonly { readonly id: string }[]) {
  return Promise.all(rows.map(({ id }) => world.stored(id)));
}

/** What removing and restoring leave alone. */
function lasting(row: CrudRow): Record<string, unknown> {
  return { ...row, version: null, updatedAt: null };
}
