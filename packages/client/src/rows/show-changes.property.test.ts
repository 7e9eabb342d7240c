import * as fc from "fast-check";
import { afterEach, beforeEach, expect, test, vi } from "vitest";

import { type FakeListInput, FakeTasks } from "../test/fake-tasks.ts";

import { createLiveList } from "./live-list.ts";
import { createRowActions } from "./row-actions.ts";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const state = fc.constantFrom("todo" as const, "done" as const);
const step = fc.oneof(
  fc.record({ do: fc.constant("create" as const), state, isPreviewed: fc.boolean() }),
  fc.record({ do: fc.constant("update" as const), list: fc.nat(3), row: fc.nat(9), state: fc.option(state) }),
  fc.record({ do: fc.constant("remove" as const), list: fc.nat(3), row: fc.nat(9) }),
  fc.record({ do: fc.constant("others write" as const), row: fc.nat(9), state }),
  // Sometimes with the very words of what is being created here.
  fc.record({ do: fc.constant("others create" as const), state, isTwin: fc.boolean() }),
  fc.record({ do: fc.constant("others remove" as const), row: fc.nat(9) }),
  fc.record({
    do: fc.constant("answer" as const),
    call: fc.nat(9),
    fate: fc.constantFrom("answered" as const, "answered" as const, "lost" as const, "refused" as const),
  }),
  fc.record({ do: fc.constant("push" as const), list: fc.nat(3) }),
  fc.record({ do: fc.constant("disconnect" as const), areCarriedOut: fc.boolean() }),
  fc.record({ do: fc.constant("connect" as const) }),
  fc.record({ do: fc.constant("wait" as const), milliseconds: fc.constantFrom(1, 3_000, 6_000) }),
);

test("whatever is done, and whatever arrives in whatever order, the lists end up as the server's, and every change with an outcome", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 40 }), async (steps) => {
      const world = openWorld();
      for (const each of steps) {
        world.take(each);
        await vi.advanceTimersByTimeAsync(0);
        world.expectWhole();
      }
      await world.settle();

      for (const { list, input } of world.lists) expect(list.get()).toMatchObject(world.server.read(input));
      for (const { list } of world.lists) expect(JSON.stringify(list.get().rows)).not.toContain("$pending");
      expect(world.open).toBe(0);
      world.stop();
    }),
    { numRuns: 300 },
  );
});

test("between the doing and the answer each change is seen in the lists it belongs to", async () => {
  await fc.assert(
    fc.asyncProperty(state, state, async (from, to) => {
      const world = openWorld();
      world.take({ do: "others create", state: from, isTwin: false });
      for (const list of world.lists.keys()) world.take({ do: "push", list });
      world.take({ do: "update", list: 0, row: 0, state: to });

      for (const { list, input } of world.lists) {
        const filter = input.filter?.state?.eq;
        const marked = list.get().rows.filter(({ $pending }) => $pending?.phase === "sending");
        expect(marked.map((row) => row.state)).toEqual(filter === undefined || filter === to ? [to] : []);
      }
      world.stop();
    }),
    { numRuns: 20 },
  );
});

test("nothing flickers: each list goes from what was to what is, once, in whatever order the answer and the lists arrive", async () => {
  const arrival = fc.constantFrom("answer" as const, 0, 1, 2, 3);
  const doing = fc.oneof(
    fc.record({ do: fc.constant("create" as const), state, isPreviewed: fc.constant(true) }),
    fc.record({ do: fc.constant("update" as const), list: fc.constant(0), row: fc.nat(3), state: fc.option(state) }),
    fc.record({ do: fc.constant("remove" as const), list: fc.constant(0), row: fc.nat(3) }),
  );
  await fc.assert(
    fc.asyncProperty(doing, fc.uniqueArray(arrival, { minLength: 5, maxLength: 5 }), async (done, arrivals) => {
      const world = openWorld();
      for (const at of ["todo", "done", "todo"] as const) world.take({ do: "others create", state: at, isTwin: false });
      for (const list of world.lists.keys()) world.take({ do: "push", list });
      const seen = world.watch();

      world.take(done);
      // It is carried out now, whenever its answer arrives.
      const deliver = world.carryOut();
      for (const what of arrivals) {
        if (what === "answer") deliver();
        else world.take({ do: "push", list: what });
        await vi.advanceTimersByTimeAsync(0);
      }
      await world.settle();

      for (const texts of seen) expect(new Set(texts).size, texts.join(" | ")).toBe(texts.length);
      // The row that comes in below when one of a short page goes is the server's to tell.
      for (const [list, texts] of seen.entries()) {
        expect(texts.length, texts.join(" | ")).toBeLessThanOrEqual(list === 3 && done.do !== "create" ? 3 : 2);
      }
      world.stop();
    }),
    { numRuns: 200 },
  );
});

type Step = typeof step extends fc.Arbitrary<infer Value> ? Value : never;

/** All tasks, those of each state, and the first few by title. */
function openWorld() {
  const server = new FakeTasks();
  const actions = createRowActions(server.session, server.router);
  const inputs: FakeListInput[] = [
    {},
    { filter: { state: { eq: "todo" } }, order: { by: "title" } },
    { filter: { state: { eq: "done" } }, order: { by: "title", direction: "desc" } },
    { order: { by: "title", direction: "desc" }, limit: 3 },
  ];
  const lists = inputs.map((input) => {
    const { limit: pageSize, ...query } = input;
    return { input, list: createLiveList(server.session, server.router, { ...query, pageSize }) };
  });
  const stops = lists.map(({ list }) => list.subscribe(() => {}));
  let open = 0;
  let serial = 0;
  let lastMade = "";

  function watch(outcome: Promise<unknown>) {
    open += 1;
    void outcome.then(() => (open -= 1));
  }

  function shownRow(list: number, row: number) {
    const rows = lists[list]?.list.get().rows ?? [];
    return rows[row % Math.max(1, rows.length)];
  }

  function serverRow(row: number) {
    const rows = [...server.rows.values()];
    return rows[row % Math.max(1, rows.length)];
  }

  function take(each: Step) {
    serial += 1;
    const title = `text ${serial}`;
    switch (each.do) {
      case "create":
        lastMade = title;
        watch(
          actions.create(
            { title, state: each.state },
            each.isPreviewed ? { preview: { title, state: each.state } } : {},
          ),
        );
        break;
      case "update": {
        const row = shownRow(each.list, each.row);
        if (row) watch(actions.update(row, { title, ...(each.state ? { state: each.state } : {}) }));
        break;
      }
      case "remove": {
        const row = shownRow(each.list, each.row);
        if (row) watch(actions.remove(row));
        break;
      }
      case "others write": {
        const row = serverRow(each.row);
        if (row) server.write({ ...row, title, state: each.state });
        break;
      }
      case "others create":
        server.write({ id: server.newId(), title: each.isTwin ? lastMade : title, state: each.state });
        break;
      case "others remove": {
        const row = serverRow(each.row);
        if (row) server.rows.delete(row.id);
        break;
      }
      case "answer": {
        const call = server.calls[each.call % Math.max(1, server.calls.length)];
        if (call) server.answer(call, each.fate);
        break;
      }
      case "push":
        server.push(each.list);
        break;
      case "disconnect":
        server.disconnect(each.areCarriedOut);
        break;
      case "connect":
        server.connect();
        break;
      case "wait":
        vi.advanceTimersByTime(each.milliseconds);
        break;
    }
  }

  return {
    server,
    lists,
    take,
    get open() {
      return open;
    },
    /** What each list shows from now on, by what the rows say; repeated only where it changes back. */
    watch() {
      return lists.map(({ list }) => {
        const text = () =>
          list
            .get()
            .rows.map((row) => `${row.title}:${row.state}`)
            .join(" ");
        const texts = [text()];
        list.subscribe(() => text() !== texts.at(-1) && texts.push(text()));
        return texts;
      });
    },
    /** The call on its way is carried out; what is given back lets its answer arrive. */
    carryOut() {
      const [call] = server.calls;
      return call ? server.carryOut(call) : () => {};
    },
    /** No row twice, by id or by key. */
    expectWhole() {
      for (const { list } of lists) {
        const { rows } = list.get();
        expect(new Set(rows.map(({ id }) => id)).size).toBe(rows.length);
        expect(new Set(rows.map(actions.keyOf)).size).toBe(rows.length);
      }
    },
    /** Everything arrives. */
    async settle() {
      server.connect();
      for (let turn = 0; turn < 100 && (turn < 3 || open > 0); turn += 1) {
        for (const call of server.calls.slice()) server.answer(call, "answered");
        for (const list of lists.keys()) server.push(list);
        await vi.advanceTimersByTimeAsync(6_000);
      }
    },
    stop: () => stops.forEach((stop) => stop()),
  };
}
