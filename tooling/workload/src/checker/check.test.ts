import * as fc from "fast-check";
import { describe, expect, test } from "vitest";

import { deeds, perfectRun } from "../test/perfect-run.ts";

import { check } from "./check.ts";
import type { Evidence, FinalState, Sight } from "./evidence.ts";

const runs = { numRuns: 200, seed: 20_261_121 };

test("a run without a fault is passed, whatever is done in it", () => {
  fc.assert(
    fc.property(deeds, (done) => {
      expect(check(perfectRun(done))).toEqual([]);
    }),
    runs,
  );
});

/** What can be wrong with a run, by the rule that has to notice, wherever in the run it is. */
const damages: Readonly<Record<string, readonly [rule: string, damage: (run: Evidence) => Evidence]>> = {
  "an acknowledged row is gone": ["I1", (run) => changeFinal(run, { notes: run.final.notes.slice(1) })],
  "an acknowledged order is gone": ["I1", (run) => changeFinal(run, { orders: run.final.orders.slice(1) })],
  "a change was lost, and the row is as it was before": [
    "I1",
    (run) => changeFinal(run, { notes: changeFirst(run.final.notes, ({ version }) => ({ version: version - 1 })) }),
  ],
  "a row holds something else than was acknowledged": [
    "I1",
    (run) => changeFinal(run, { notes: changeFirst(run.final.notes, () => ({ title: "else" })) }),
  ],
  "two changes are answered with one version": [
    "I1",
    (run) => {
      const ok = run.history.find(({ op, phase }) => op === "createNote" && phase === "ok");
      const events = (["invoke", "ok"] as const).map((phase) => ({ ...okOf(ok), key: "second", phase }));
      return { ...run, history: [...run.history, ...events] };
    },
  ],
  "a change never came to an end": [
    "I1",
    (run) => ({ ...run, history: run.history.filter(({ op, phase }) => op !== "createNote" || phase !== "ok") }),
  ],
  "a refused row is there": ["I2", (run) => changeFinal(run, { notes: [...run.final.notes, rowOfRefused(run)] })],
  "a refused change was shown": [
    "I2",
    (run) => seeing(run, { client: "ann", tokens: [String(refusedOf(run).payload)] }),
  ],
  "a row is there twice": [
    "I3",
    (run) => changeFinal(run, { notes: [...run.final.notes, { ...firstOf(run.final.notes), id: "twin" }] }),
  ],
  "a retry is answered with another row": [
    "I3",
    (run) => {
      const ok = okOf(run.history.find(({ op, phase }) => op === "createNote" && phase === "ok"));
      return { ...run, history: [...run.history, { ...ok, row: "another" }] };
    },
  ],
  "a row is there that nobody wanted": [
    "I3",
    (run) => changeFinal(run, { items: [...run.final.items, { ...firstOf(run.final.items), id: "x", body: "x" }] }),
  ],
  "an order lacks a line": [
    "I4",
    (run) => changeFinal(run, { orders: changeFirst(run.final.orders, () => ({ lines: 2, amount: 3 })) }),
  ],
  "an order lacks its event": [
    "I4",
    (run) => changeFinal(run, { orders: changeFirst(run.final.orders, () => ({ events: ["audit"] })) }),
  ],
  "lines are left of an order": ["I4", (run) => changeFinal(run, { orphans: ["line 7"] })],
  "a list misses a row": [
    "I5",
    (run) => ({ ...run, views: run.views.map((view) => ({ ...view, rows: view.rows.slice(1) })) }),
  ],
  "a list shows an old version": [
    "I5",
    (run) => ({
      ...run,
      views: run.views.map((view) => ({ ...view, rows: changeFirst(view.rows, () => ({ version: 0 })) })),
    }),
  ],
  "a list shows a row twice": [
    "I5",
    (run) => ({
      ...run,
      views: run.views.map((view) => ({ ...view, rows: [...view.rows, ...view.rows.slice(0, 1)] })),
    }),
  ],
  "a version falls": [
    "I6",
    (run) => {
      const { client, session, subscription, rows } = firstOf(run.sights);
      return seeing(run, { client, session, subscription, rows: rows.map(({ id }) => ({ id, version: 0 })) });
    },
  ],
  "somebody is shown another user's note": [
    "I7",
    (run) =>
      seeing(run, { client: "cat", tokens: [run.final.notes.find(({ client }) => client === "ann")?.title ?? ""] }),
  ],
  "an error names another user's note by its id": [
    "I7",
    (run) => seeing(run, { client: "bob", tokens: [run.final.notes.find(({ client }) => client === "ann")?.id ?? ""] }),
  ],
  "somebody is shown an item of a project that is not theirs": [
    "I7",
    (run) => seeing(run, { client: "cat", tokens: [firstOf(run.final.items).title] }),
  ],
  "somebody is shown what was written after they had been taken out": [
    "I7",
    (run) => {
      const gone = { ...factsOfBob(run), op: "removeMember", row: "member-1" } as const;
      const later = { ...factsOfBob(run), client: "ann", op: "createItem", key: "late", payload: "late" } as const;
      const t = lastOf(run);
      const history = [
        ...run.history,
        { ...gone, t: t + 1, phase: "invoke" as const },
        { ...gone, t: t + 2, phase: "ok" as const },
        { ...later, t: t + 3, phase: "invoke" as const },
        { ...later, t: t + 4, phase: "ok" as const, row: "late-row", version: 1 },
      ];
      return seeing({ ...run, history }, { t: t + 5, client: "bob", tokens: ["late"] });
    },
  ],
  "a session that has been signed out is answered": [
    "I8",
    (run) => ({
      ...run,
      history: run.history.map((event) =>
        event.op === "useOldSession" && event.phase === "fail" ? { ...event, phase: "ok" as const } : event,
      ),
    }),
  ],
  "a session that has been signed out is shown what came later": [
    "I8",
    (run) => {
      const [note] = run.final.notes.filter(({ client }) => client === "cat").slice(-1);
      return seeing(run, { client: "cat", session: 1, tokens: [note?.body ?? ""] });
    },
  ],
  "the database complains": ["I9", (run) => changeFinal(run, { faults: ["row 1 missing from index"] })],
  "a process ends by itself": [
    "I10",
    (run) => ({ ...run, exits: [{ server: "server 1", pid: 1, code: 1, signal: null, isAskedFor: false }] }),
  ],
  "the server has failed": ["I11", (run) => ({ ...run, defects: ["note.create: Something went wrong."] })],
};

describe.each(Object.entries(damages))("%s", (_, [rule, damage]) => {
  test(`is a violation of ${rule}, whatever else is done`, () => {
    fc.assert(
      fc.property(deeds, (done) => {
        const found = check(damage(perfectRun(done)));
        expect(found.map((violation) => violation.rule)).toContain(rule);
      }),
      { ...runs, numRuns: 40 },
    );
  });
});

test("what was on its way when somebody was taken out of a project is no leak", () => {
  const run = perfectRun([{ who: "ann", what: "item", goes: "well" }]);
  const gone = { ...factsOfBob(run), op: "removeMember", row: "member-1" } as const;
  const t = lastOf(run);
  const history = [
    ...run.history,
    { ...gone, t: t + 1, phase: "invoke" as const },
    { ...gone, t: t + 2, phase: "ok" as const },
  ];
  const members = run.final.members.filter(({ client }) => client !== "bob");
  const views = run.views.map((view) => (view.client === "bob" ? { ...view, rows: [] } : view));
  const left = { ...changeFinal(run, { members }), history, views };
  const old = firstOf(run.final.items).title;
  expect(check(seeing(left, { t: t + 3, client: "bob", tokens: [old] }))).toEqual([]);
});

test("an item whose maker never learned its name was somebody's to see from when it was made, whoever was taken out since", () => {
  const run = perfectRun([]);
  const { project } = factsOfBob(run);
  const t = lastOf(run);
  const item = { id: "p-row", version: 2, title: "q", body: "p", isRemoved: false, project };
  const ofAnn = { client: "ann", session: 1 } as const;
  const made = { ...ofAnn, op: "createItem", key: "k", payload: "p", project } as const;
  const gone = { ...factsOfBob(run), op: "removeMember", row: "member-1" } as const;
  const changed = { ...ofAnn, op: "updateItem", key: "l", payload: "q", row: item.id } as const;
  const history = [
    ...run.history,
    { ...made, t: t + 1, phase: "invoke" as const },
    { ...made, t: t + 2, phase: "unknown" as const },
    { ...made, t: t + 3, phase: "fail" as const, code: "FORBIDDEN" },
    { ...gone, t: t + 5, phase: "invoke" as const },
    { ...gone, t: t + 6, phase: "ok" as const },
    { ...changed, t: t + 7, phase: "invoke" as const },
    { ...changed, t: t + 8, phase: "ok" as const, version: 2 },
  ];
  const views = run.views.map((view) => {
    if (view.list !== "items") return view;
    return view.client === "ann" ? { ...view, rows: [...view.rows, item] } : { ...view, rows: [] };
  });
  const members = run.final.members.filter(({ client }) => client !== "bob");
  const items = [...run.final.items, item];
  const left = { ...changeFinal(run, { items, members }), history, views };
  const shown = seeing(left, { t: t + 4, client: "bob", tokens: [item.id, "p"] });

  expect(check(shown)).toEqual([]);
  expect(check(seeing(shown, { t: t + 9, client: "bob", tokens: ["q"] }))).toMatchObject([{ rule: "I7" }]);
});

test("the answer to a retry is the row as it is by then, in a version that somebody else may have made", () => {
  const run = perfectRun([{ who: "ann", what: "item", goes: "well" }]);
  const item = firstOf(run.final.items);
  const last = { ...item, version: item.version + 2, title: "theirs" };
  const facts = { client: "bob", op: "updateItem", key: "again", session: 1, payload: "again", row: item.id } as const;
  const t = lastOf(run);
  const history = [
    ...run.history,
    { ...facts, t: t + 1, phase: "invoke" as const },
    { ...facts, t: t + 2, phase: "unknown" as const },
    ...(["invoke", "ok"] as const).map((phase) => {
      return { ...facts, t: t + 3, client: "ann", key: "theirs", payload: "theirs", phase, version: last.version };
    }),
    { ...facts, t: t + 4, phase: "ok" as const, version: last.version },
  ];
  const views = run.views.map((view) => ({ ...view, rows: view.rows.map((row) => (row.id === item.id ? last : row)) }));
  const items = run.final.items.map((row) => (row.id === item.id ? last : row));
  expect(check({ ...changeFinal(run, { items }), history, views })).toEqual([]);
});

test("a change that was refused when it was asked again may have happened the first time", () => {
  const run = perfectRun([]);
  const ofAnn = { t: lastOf(run) + 1, client: "ann", op: "createNote", key: "k", session: 1, payload: "p" } as const;
  const history = [...run.history, ...(["invoke", "unknown", "fail"] as const).map((phase) => ({ ...ofAnn, phase }))];
  const there = { id: "p-row", version: 1, title: "p", body: "p", isRemoved: false, client: "dan" };
  expect(check({ ...changeFinal(run, { notes: [...run.final.notes, there] }), history })).toEqual([]);
});

function changeFinal(run: Evidence, changes: Partial<FinalState>): Evidence {
  return { ...run, final: { ...run.final, ...changes } };
}

function changeFirst<Item extends object>(items: readonly Item[], change: (item: Item) => Partial<Item>): Item[] {
  return items.map((item, index) => (index === 0 ? { ...item, ...change(item) } : item));
}

/** One more frame, to somebody who is there in the end unless something else is said. */
function seeing(run: Evidence, sight: Partial<Sight> & { readonly client: string }): Evidence {
  const common = { t: lastOf(run) + 10, session: 99, subscription: null, rows: [], tokens: [] };
  return { ...run, sights: [...run.sights, { ...common, ...sight }] };
}

function lastOf({ history, sights }: Evidence): number {
  return Math.max(...history.map(({ t }) => t), ...sights.map(({ t }) => t));
}

function factsOfBob(run: Evidence) {
  const { project = "", subject = "" } = okOf(
    run.history.find(({ op, phase }) => op === "addMember" && phase === "ok"),
  );
  return { client: "ann", key: "out", session: 99, project, subject };
}

function refusedOf(run: Evidence) {
  return okOf(run.history.find(({ op, phase }) => op === "createNote" && phase === "fail"));
}

function rowOfRefused(run: Evidence): FinalState["notes"][number] {
  const { payload = "", client } = refusedOf(run);
  return { id: "refused", version: 1, title: payload, body: payload, isRemoved: false, client };
}

function okOf<Event>(event: Event | undefined): Event {
  if (event === undefined) throw new Error("The made run has no such event.");
  return event;
}

function firstOf<Item>(items: readonly Item[]): Item {
  return okOf(items[0]);
}
