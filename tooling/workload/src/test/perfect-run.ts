import * as fc from "fast-check";

import type { Evidence, FinalOrder, Sight } from "../checker/evidence.ts";
import type { HistoryEvent, Operation } from "../history.ts";

/** Who there is in a made run. Ann makes the project, Bob is a member of it, Cat is nobody's guest. */
export const people = ["ann", "bob", "cat"] as const;
type Person = (typeof people)[number];

/** One thing somebody does, and how it goes. */
interface Deed {
  readonly who: Person;
  readonly what: "note" | "item" | "order" | "change" | "remove" | "signOut";
  readonly goes: "well" | "refused" | "unknown";
}

/** Any row of deeds in which everything there is to be broken occurs once. */
export const deeds: fc.Arbitrary<readonly Deed[]> = fc
  .array(
    fc.record<Deed>({
      who: fc.constantFrom(...people),
      what: fc.constantFrom("note", "item", "order", "change", "remove", "signOut"),
      goes: fc.constantFrom("well", "well", "refused", "unknown"),
    }),
    { maxLength: 40 },
  )
  .map((some) => [...some, ...everything]);

const everything: readonly Deed[] = [
  { who: "ann", what: "note", goes: "well" },
  { who: "ann", what: "item", goes: "well" },
  { who: "ann", what: "order", goes: "well" },
  { who: "ann", what: "note", goes: "refused" },
  { who: "ann", what: "note", goes: "unknown" },
  { who: "bob", what: "note", goes: "well" },
  { who: "cat", what: "signOut", goes: "well" },
  { who: "cat", what: "note", goes: "well" },
];

interface Row {
  readonly id: string;
  readonly client: Person;
  readonly kind: "note" | "item";
  version: number;
  title: string;
  readonly body: string;
}

const project = "project-of-ann";

/** What a system without a fault leaves behind when these deeds are done, one after the other. */
export function perfectRun(done: readonly Deed[]): Evidence {
  const history: HistoryEvent[] = [];
  const sights: Sight[] = [];
  const rows: Row[] = [];
  const orders: FinalOrder[] = [];
  const sessions = new Map<Person, number>(people.map((who) => [who, 1]));
  let t = 0;
  let count = 0;

  const note = (
    who: Person,
    op: Operation,
    key: string,
    phase: HistoryEvent["phase"],
    facts: Partial<HistoryEvent> = {},
  ) => history.push({ t: ++t, client: who, op, key, phase, session: sessions.get(who) ?? 0, ...facts });

  /** Asks, and is answered as it goes; an unknown one is asked again. True when it has been done. */
  function ask(
    who: Person,
    op: Operation,
    goes: Deed["goes"],
    facts: Partial<HistoryEvent>,
    answer: Partial<HistoryEvent>,
  ) {
    const key = `${who}-${op}-${++count}`;
    note(who, op, key, "invoke", facts);
    if (goes === "refused") note(who, op, key, "fail", { ...facts, code: "CONFLICT" });
    if (goes === "unknown") note(who, op, key, "unknown", facts);
    if (goes !== "refused") note(who, op, key, "ok", { ...facts, ...answer });
    return goes !== "refused";
  }

  function show(row: Row): void {
    const audience: readonly Person[] = row.kind === "note" ? [row.client] : ["ann", "bob"];
    for (const client of audience) {
      const session = sessions.get(client) ?? 0;
      const subscription = `${row.kind}s#${session}`;
      const shown = { id: row.id, version: row.version };
      sights.push({ t: ++t, client, session, subscription, rows: [shown], tokens: [row.id, row.title, row.body] });
    }
  }

  function act({ who, what, goes }: Deed): void {
    const payload = `${who}:${++count}`;
    const id = `row-${count}`;
    const own = rows.filter(({ client }) => client === who);
    const row = own[count % Math.max(own.length, 1)];
    switch (what) {
      case "note":
      case "item": {
        // Cat is a member of nothing.
        const kind = who === "cat" ? "note" : what;
        const facts = { payload, ...(kind === "item" ? { project } : {}) };
        if (!ask(who, kind === "note" ? "createNote" : "createItem", goes, facts, { row: id, version: 1 })) return;
        rows.push({ id, client: who, kind, version: 1, title: payload, body: payload });
        return show(rows.at(-1) as Row);
      }
      case "order": {
        if (!ask(who, "placeOrder", goes, { payload, lines: 3 }, { row: id, version: 1 })) return;
        const sums = { lineCount: 3, lines: 3, total: 6, amount: 6 };
        orders.push({ id, label: payload, version: 1, events: ["audit", "outbox"], ...sums });
        return;
      }
      case "change": {
        if (!row) return;
        const version = row.version + 1;
        const op = row.kind === "note" ? "updateNote" : "updateItem";
        if (!ask(who, op, goes, { payload, row: row.id }, { row: row.id, version })) return;
        Object.assign(row, { version, title: payload });
        return show(row);
      }
      case "remove": {
        if (!row) return;
        if (!ask(who, row.kind === "note" ? "removeNote" : "removeItem", goes, { row: row.id }, { row: row.id }))
          return;
        rows.splice(rows.indexOf(row), 1);
        return;
      }
      case "signOut": {
        ask(who, "signOut", "well", {}, {});
        ask(who, "useOldSession", "refused", {}, {});
        sessions.set(who, (sessions.get(who) ?? 0) + 1);
      }
    }
  }

  ask("ann", "createProject", "well", {}, { row: project });
  ask("ann", "addMember", "well", { subject: "bob", project }, { row: "member-1", version: 1 });
  for (const deed of done) act(deed);

  const final = rows.map(({ kind, ...row }) => ({ ...row, isRemoved: false, project, kind }));
  const views = people.flatMap((client) =>
    (["notes", "items"] as const).map((list) => ({
      client,
      subscription: `${list}#${sessions.get(client)}`,
      list,
      rows: final.filter((row) =>
        list === "notes" ? row.kind === "note" && row.client === client : row.kind === "item" && client !== "cat",
      ),
    })),
  );
  return {
    history,
    sights,
    views,
    exits: [{ server: "server 1", pid: 1, code: null, signal: "SIGKILL", isAskedFor: true }],
    defects: [],
    final: {
      notes: final.filter(({ kind }) => kind === "note"),
      items: final.filter(({ kind }) => kind === "item"),
      members: ["ann", "bob"].map((client, index) => ({ id: `member-${index}`, project, client, version: 1 })),
      orders,
      orphans: [],
      faults: [],
    },
  };
}
