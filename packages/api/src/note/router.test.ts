import { randomUUID } from "node:crypto";

import { expect, test } from "vitest";

import { describeDatabases } from "@app/services/databases";
import type { RawFrame } from "@countersign/rpc/testing";

import { startApp } from "../test/start-app.ts";

interface Note {
  readonly id: string;
  readonly title: string;
  readonly body: string;
  readonly version: number;
  readonly $can: { readonly update: boolean; readonly remove: boolean };
}

const noteOf = (frame: RawFrame) => frame.result?.data as Note;
const codeOf = (frame: RawFrame) => frame.error?.data.code;

describeDatabases((dialect) => {
  test("a note is created, listed, read, changed and removed by its owner", async () => {
    await using started = await startApp(dialect);
    const ann = await started.app.signIn("ann");
    await using socket = await ann.open();
    const note = noteOf(await socket.mutate("note.create", { title: " tea ", body: "green" }));
    expect(note).toMatchObject({ title: "tea", body: "green", version: 1 });
    expect(await socket.query("note.list")).toMatchObject({
      result: { data: { rows: [note], nextCursor: null, total: 1 } },
    });
    const changed = noteOf(await socket.mutate("note.update", { id: note.id, version: 1, title: "coffee" }));
    expect(changed).toMatchObject({ title: "coffee", body: "green", version: 2 });
    expect(await socket.query("note.get", { id: note.id })).toMatchObject({ result: { data: changed } });
    await socket.mutate("note.remove", { id: note.id });
    expect(codeOf(await socket.query("note.get", { id: note.id }))).toBe("NOT_FOUND");
  });

  test("P5, P6: notes say what may be done to them; a group's rule goes on and off on open lists, and holds on the server", async () => {
    await using started = await startApp(dialect);
    const { app } = started;
    const [ann, bob] = [await app.signIn("ann"), await app.signIn("bob")];
    await using socket = await ann.open();
    await using other = await bob.open();
    const note = noteOf(await socket.mutate("note.create", { title: "tea", body: "" }));
    const theirs = noteOf(await other.mutate("note.create", { title: "milk", body: "" }));
    const id = await socket.subscribe("note.live");
    const free = { update: true, remove: true };
    expect(await socket.data(id, 1)).toMatchObject([{ data: { rows: [{ id: note.id, version: 1, $can: free }] } }]);

    await app.auth.rights.setGroup("legal-hold", []);
    await app.auth.rights.addToGroup(ann.id, "legal-hold");
    const held = { update: true, remove: false };
    expect((await socket.data(id, 2))[1]).toMatchObject({
      data: { upsert: [{ id: note.id, version: 1, $can: held }] },
    });
    expect(await socket.query("note.list")).toMatchObject({ result: { data: { rows: [{ $can: held }] } } });
    expect(await socket.query("note.get", { id: note.id })).toMatchObject({ result: { data: { $can: held } } });
    expect(codeOf(await socket.mutate("note.remove", { id: note.id }))).toBe("FORBIDDEN");
    expect(codeOf(await socket.mutate("note.remove", { id: theirs.id }))).toBe("NOT_FOUND");
    expect(await other.mutate("note.remove", { id: theirs.id })).toHaveProperty("result");

    await app.auth.rights.removeFromGroup(ann.id, "legal-hold");
    expect((await socket.data(id, 3))[2]).toMatchObject({ data: { upsert: [{ id: note.id, $can: free }] } });
    expect(await socket.mutate("note.remove", { id: note.id })).toHaveProperty("result");
  });

  test("a refusal by a rule brings a notice for the person", async () => {
    await using started = await startApp(dialect);
    const ann = await started.app.signIn("ann");
    await using socket = await ann.open();
    expect((await socket.query("note.overview")).error?.data).toMatchObject({
      code: "FORBIDDEN",
      notice: { kind: "warning", key: "forbidden" },
    });
  });

  test("the theme is kept with the session, and only a theme", async () => {
    await using started = await startApp(dialect);
    const ann = await started.app.signIn("ann");
    await using socket = await ann.open();
    const id = await socket.subscribe("session.data.live");
    expect(await socket.mutate("session.data.set", { key: "theme", value: "dark" })).toHaveProperty("result");
    expect(await socket.data(id, 2)).toEqual([{}, { theme: "dark" }]);
    expect(codeOf(await socket.mutate("session.data.set", { key: "theme", value: "pink" }))).toBe("BAD_REQUEST");
  });

  test("CRU-01, CRU-02: another user's note is not there, whatever is asked of it, over socket and HTTP", async () => {
    await using started = await startApp(dialect);
    const { app } = started;
    const [ann, bob] = [await app.signIn("ann"), await app.signIn("bob")];
    await using socket = await ann.open();
    await using other = await bob.open();
    const { id } = noteOf(await socket.mutate("note.create", { title: "secret", body: "of ann" }));

    for (const [type, path, input] of [
      ["query", "note.get", {}],
      ["mutation", "note.update", { version: 1, title: "mine" }],
      ["mutation", "note.remove", {}],
    ] as const) {
      const theirs = await other.call(type, path, { id, ...input });
      const nobodys = await other.call(type, path, { id: randomUUID(), ...input });
      expect(codeOf(theirs)).toBe("NOT_FOUND");
      expect({ ...theirs, id: 0 }).toEqual({ ...nobodys, id: 0 });
      const method = type === "query" ? "GET" : "POST";
      const response = await app.http(path, { method, input: { id, ...input }, cookie: bob.cookie });
      expect(response.status).toBe(404);
    }
    expect(await other.query("note.list")).toMatchObject({ result: { data: { rows: [], total: 0 } } });
    expect(await socket.query("note.list")).toMatchObject({
      result: { data: { rows: [{ id, version: 1, title: "secret" }] } },
    });
  });

  test("CRU-06: anonymous visitors are refused everywhere", async () => {
    await using started = await startApp(dialect);
    await using socket = await started.app.open();
    const id = randomUUID();
    const answers = await Promise.all([
      socket.query("note.list"),
      socket.query("note.get", { id }),
      socket.mutate("note.create", { title: "x", body: "" }),
      socket.mutate("note.update", { id, version: 1 }),
      socket.mutate("note.remove", { id }),
      socket.call("subscription", "note.live"),
      socket.query("note.overview"),
    ]);
    expect(answers.map(codeOf)).toEqual(Array.from({ length: 7 }, () => "UNAUTHORIZED"));
  });

  test("CRU-10, CRU-15, CRU-16, CRU-21: what is not declared, not an id, too long or not storable is refused by field", async () => {
    await using started = await startApp(dialect);
    const ann = await started.app.signIn("ann");
    const bob = await started.app.signIn("bob");
    await using socket = await ann.open();
    const { id } = noteOf(await socket.mutate("note.create", { title: "x", body: "" }));
    const bad: [string, unknown][] = [
      ["note.create", { title: "x", body: "", ownerId: bob.id }],
      ["note.create", { title: "x", body: "", id }],
      ["note.create", { title: "", body: "" }],
      ["note.create", { title: "x".repeat(201), body: "" }],
      ["note.create", { title: "x", body: "x".repeat(10_001) }],
      ["note.create", { title: "x\0", body: "" }],
      ["note.create", { title: "x", body: "\0" }],
      ["note.create", { title: "a\ud800b", body: "" }],
      ["note.create", { title: "x", body: "\udc00", key: randomUUID() }],
      ["note.create", { title: "\u200b", body: "" }],
      ["note.create", { title: 7, body: "" }],
      ["note.create", null],
      ["note.create", [1]],
      ["note.update", { id, version: 1, ownerId: bob.id }],
      ["note.update", { id, version: 1, createdAt: "2020-01-01T00:00:00Z" }],
      ["note.update", { id, version: 1.5, title: "x" }],
      ["note.update", { id, version: "1", title: "x" }],
      ["note.remove", { id: "1 OR 1=1" }],
      ["note.remove", { id: -1 }],
      ["note.remove", { id: [id] }],
      ["note.remove", { id: { $ne: "" } }],
    ];
    for (const [path, input] of bad) {
      const answer = await socket.mutate(path, input);
      expect(answer.error?.data, JSON.stringify(input)).toMatchObject({
        code: "BAD_REQUEST",
        reason: "INVALID_FIELDS",
      });
    }
    const longest = { title: "ß".repeat(200), body: "🙂".repeat(5000) };
    expect(noteOf(await socket.mutate("note.create", longest))).toMatchObject(longest);
    expect(await socket.query("note.get", { id })).toMatchObject({ result: { data: { title: "x", version: 1 } } });
  });

  test("CRU-28: of two changes from one version one wins, the other is shown the present note", async () => {
    await using started = await startApp(dialect);
    const ann = await started.app.signIn("ann");
    await using socket = await ann.open();
    const { id } = noteOf(await socket.mutate("note.create", { title: "0", body: "" }));
    const both = await Promise.all(["a", "b"].map((title) => socket.mutate("note.update", { id, version: 1, title })));
    const winner = both.find(({ result }) => result);
    const loser = both.find(({ error }) => error);
    expect(loser?.error?.data).toMatchObject({
      code: "CONFLICT",
      reason: "VERSION_CONFLICT",
      current: winner?.result?.data,
    });
  });

  test("CRU-31: the same key gives one row and the same answer, also at once; another body conflicts; keys are each user's own", async () => {
    await using started = await startApp(dialect);
    const [ann, bob] = [await started.app.signIn("ann"), await started.app.signIn("bob")];
    await using socket = await ann.open();
    await using other = await bob.open();
    const input = { title: "tea", body: "", key: randomUUID() };
    const answers = await Promise.all(Array.from({ length: 5 }, () => socket.mutate("note.create", input)));
    const [note] = answers.map(noteOf);
    expect(answers.map(noteOf)).toEqual(answers.map(() => note));
    expect(await socket.query("note.list")).toMatchObject({
      result: { data: { rows: [{ id: note?.id, title: "tea" }], total: 1 } },
    });
    const reused = await socket.mutate("note.create", { ...input, title: "coffee" });
    expect(reused.error?.data).toMatchObject({ code: "CONFLICT", reason: "KEY_REUSED" });
    const theirs = await other.mutate("note.create", { ...input, title: "coffee" });
    expect(noteOf(theirs)).toMatchObject({ title: "coffee" });

    const change = { id: note?.id, version: 1, title: "mate", key: randomUUID() };
    const [first, again] = [await socket.mutate("note.update", change), await socket.mutate("note.update", change)];
    expect(noteOf(again)).toMatchObject({ title: "mate", version: 2 });
    expect(noteOf(again)).toEqual(noteOf(first));
  });

  test("the live list sends the list, then differences, to the owner's every window and to nobody else", async () => {
    await using started = await startApp(dialect);
    const [ann, bob] = [await started.app.signIn("ann"), await started.app.signIn("bob")];
    await using first = await ann.open();
    await using second = await (await ann.signInAgain()).open();
    await using other = await bob.open();
    const note = noteOf(await first.mutate("note.create", { title: "tea", body: "" }));
    const id = await second.subscribe("note.live");
    const otherId = await other.subscribe("note.live");
    expect(await second.data(id, 1)).toMatchObject([{ data: { type: "list", rows: [note] } }]);
    await other.data(otherId, 1);

    const changed = noteOf(await first.mutate("note.update", { id: note.id, version: 1, title: "coffee" }));
    const added = noteOf(await first.mutate("note.create", { title: "milk", body: "" }));
    await first.mutate("note.remove", { id: note.id });
    await second.until(({ result }) => JSON.stringify(result).includes('"remove":["'));
    const differences = second
      .dataOf(id)
      .slice(1)
      .map((value) => (value as { data: { upsert: Note[]; remove: string[] } }).data);
    expect(differences.flatMap(({ upsert }) => upsert)).toContainEqual(expect.objectContaining(added));
    expect(differences.at(-1)?.remove).toEqual([note.id]);
    expect(changed.version).toBe(2);
    expect(other.dataOf(otherId)).toHaveLength(1);
    expect(other.texts.join("")).not.toContain(note.id);
  });

  test("a live list that is resumed says nothing while it is as it was, and starts anew when it is not", async () => {
    await using started = await startApp(dialect);
    const ann = await started.app.signIn("ann");
    await using first = await ann.open();
    await first.mutate("note.create", { title: "tea", body: "" });
    const id = await first.subscribe("note.live");
    const [frame] = (await first.data(id, 1)) as { id: string }[];
    const lastEventId = frame?.id;

    await using resumed = await ann.open();
    const same = await resumed.subscribe("note.live", undefined, { lastEventId });
    await resumed.query("note.list");
    expect(resumed.dataOf(same)).toEqual([]);
    await first.mutate("note.create", { title: "milk", body: "" });
    await resumed.data(same, 1);

    await using late = await ann.open();
    const gap = await late.subscribe("note.live", undefined, { lastEventId });
    expect(await late.data(gap, 1)).toMatchObject([{ data: { type: "list" } }]);
  });

  test("WSK-23: a forged event id shows nothing of others", async () => {
    await using started = await startApp(dialect);
    const [ann, bob] = [await started.app.signIn("ann"), await started.app.signIn("bob")];
    await using socket = await ann.open();
    await using other = await bob.open();
    await socket.mutate("note.create", { title: "tea", body: "" });
    const id = await socket.subscribe("note.live");
    const [frame] = (await socket.data(id, 1)) as { id: string }[];
    for (const lastEventId of [frame?.id, "'; drop table notes --", "-1"]) {
      const forged = await other.subscribe("note.live", undefined, { lastEventId });
      expect(await other.data(forged, 1)).toMatchObject([{ data: { type: "list", rows: [] } }]);
    }
    const tooLong = await other.call("subscription", "note.live", undefined, { lastEventId: "x".repeat(1000) });
    expect(codeOf(tooLong)).toBe("BAD_REQUEST");
  });

  test("CRU-34: there is room for 500 notes of each owner, also when many come at once; a retry of the last is no other", async () => {
    await using started = await startApp(dialect);
    const { db } = started.app;
    const [ann, bob] = [await started.app.signIn("ann"), await started.app.signIn("bob")];
    await using socket = await ann.open();
    await using other = await bob.open();
    const now = new Date();
    const rows = Array.from({ length: 495 }, (_, index) => ({
      id: randomUUID(),
      ownerId: ann.id,
      title: `note ${index}`,
      body: "",
      version: 1,
      createdAt: now,
      updatedAt: now,
    }));
    await db.insert(db.tables.notes).values(rows);

    const inputs = Array.from({ length: 50 }, () => ({ title: "one more", body: "", key: randomUUID() }));
    const answers = await Promise.all(inputs.map((input) => socket.mutate("note.create", input)));
    expect(answers.filter(({ result }) => result)).toHaveLength(5);
    const refused = answers.filter(({ error }) => error?.data["reason"] === "QUOTA_REACHED");
    expect(refused).toHaveLength(45);
    const list = await socket.query("note.list");
    expect(list.result?.data).toMatchObject({ total: 500 });

    const first = answers.findIndex(({ result }) => result);
    const again = await socket.mutate("note.create", inputs[first]);
    expect(again.result?.data).toEqual(answers[first]?.result?.data);
    expect(codeOf(await other.mutate("note.create", { title: "hers", body: "" }))).toBeUndefined();
  });
});
