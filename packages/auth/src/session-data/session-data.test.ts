import { eq } from "drizzle-orm";
import { expect, test } from "vitest";

import { describeDatabases } from "@app/services/databases";

import { hashToken } from "../session/token.ts";
import { openTestAuth, type TestAuth, testPassword } from "../test/open-auth.ts";

import { describeFault, mostKeys, mostValueBytes } from "./data-value.ts";
import { type DataHolder, dataTopic } from "./session-data.ts";

const sessionOf = (id: string): DataHolder => ({ kind: "session", id });

function write(app: TestAuth, holder: DataHolder, changes: Record<string, unknown>): Promise<boolean> {
  return app.db.transaction((tx) => app.auth.sessionData.write(tx, holder, new Map(Object.entries(changes))));
}

async function read(app: TestAuth, holder: DataHolder, keys?: readonly string[]): Promise<Record<string, unknown>> {
  return Object.fromEntries(await app.auth.sessionData.read(holder, keys));
}

describeDatabases((dialect) => {
  test("what a session keeps is read again by key, and is no other session's", async () => {
    await using app = await openTestAuth(dialect);
    const [ann, bob] = [await app.register("Ann"), await app.register("Bob")];
    const mine = sessionOf(ann.principal.session.id);
    const values = { theme: "dark", step: 3, tags: ["a"], deep: { yes: true }, digits: "42" };

    expect(await write(app, mine, values)).toBe(true);
    expect(await read(app, mine)).toEqual(values);
    expect(await read(app, mine, ["step", "missing"])).toEqual({ step: 3 });
    expect(await read(app, mine, [])).toEqual({});

    await write(app, mine, { step: 4, tags: undefined, deep: null });
    expect(await read(app, mine)).toEqual({ theme: "dark", step: 4, digits: "42" });
    expect(await read(app, sessionOf(bob.principal.session.id))).toEqual({});
  });

  test("§12: session writes that are lost: writers of different keys at once do not clobber each other, and of one key one of them wins", async () => {
    await using app = await openTestAuth(dialect);
    const holder = sessionOf((await app.register("Ann")).principal.session.id);
    const numbers = Array.from({ length: 20 }, (_, number) => number);

    await Promise.all(numbers.map((number) => write(app, holder, { [`key${number}`]: number, shared: number })));

    const values = await read(app, holder);
    for (const number of numbers) expect(values[`key${number}`]).toBe(number);
    expect(numbers).toContain(values["shared"]);
  });

  test("a write after the session ended, or past its time, is none, and the row does not come back", async () => {
    await using app = await openTestAuth(dialect);
    const [ann, bob] = [await app.register("Ann"), await app.register("Bob")];
    const [mine, theirs] = [sessionOf(ann.principal.session.id), sessionOf(bob.principal.session.id)];
    await write(app, mine, { theme: "dark" });
    await app.db.transaction((tx) => app.auth.sessions.end(tx, { userId: ann.id }, "signed_out"));
    app.hints.length = 0;

    expect(await write(app, mine, { theme: "light" })).toBe(false);
    expect(await read(app, mine)).toEqual({});
    app.clock.advance(15 * 24 * 3600 * 1000);
    expect(await write(app, theirs, { theme: "light" })).toBe(false);
    expect(app.hints).toEqual([]);
  });

  test("whoever shows the data is told after the commit, and not of what was undone", async () => {
    await using app = await openTestAuth(dialect);
    const holder = sessionOf((await app.register("Ann")).principal.session.id);
    app.hints.length = 0;
    const undone = app.db.transaction(async (tx) => {
      await app.auth.sessionData.write(tx, holder, new Map([["theme", "dark"]]));
      throw new Error("No.");
    });
    await expect(undone).rejects.toThrow("No.");
    expect(app.hints).toEqual([]);
    expect(await read(app, holder)).toEqual({});

    await write(app, holder, { theme: "dark" });
    expect(app.hints).toEqual([{ kind: "topic", topic: dataTopic(holder) }]);
  });

  test("a value just at the bound is kept, one just over it is refused, and so is what cannot be stored", async () => {
    await using app = await openTestAuth(dialect);
    const holder = sessionOf((await app.register("Ann")).principal.session.id);
    const largest = "x".repeat(mostValueBytes - 2);
    expect(await write(app, holder, { largest })).toBe(true);
    expect(await read(app, holder)).toEqual({ largest });

    for (const value of [`${largest}x`, "a\0b", "\ud800", { "\0": 1 }, Number.NaN, () => 1]) {
      expect(describeFault(value)).not.toBeNull();
      await expect(write(app, holder, { value })).rejects.toThrow('The value of "value"');
    }
    expect(await read(app, holder)).toEqual({ largest });
  });

  test("a session keeps a hundred keys and not one more; one that is there can still change", async () => {
    await using app = await openTestAuth(dialect);
    const holder = sessionOf((await app.register("Ann")).principal.session.id);
    await write(app, holder, Object.fromEntries(Array.from({ length: mostKeys }, (_, key) => [`key${key}`, key])));

    await expect(write(app, holder, { more: 1 })).rejects.toThrow("at most 100 keys");
    expect(await write(app, holder, { key7: "changed" })).toBe(true);
    expect(await write(app, holder, { more: 1, key7: undefined })).toBe(true);
    expect(Object.keys(await read(app, holder))).toHaveLength(mostKeys);
  });

  test("visitors are found by their token only, for as long as VISITOR_SECONDS say since the last write", async () => {
    await using app = await openTestAuth(dialect, { VISITOR_DATA: true, VISITOR_SECONDS: 100 });
    const { sessionData } = app.auth;
    const visitor = await app.db.transaction((tx) => sessionData.createVisitor(tx));
    const tokenHash = hash(visitor.token);
    expect(await sessionData.findVisitor(tokenHash)).toEqual(visitor.holder);
    expect(await sessionData.findVisitor(hash("A".repeat(43)))).toBeNull();
    expect(await sessionData.findVisitor(null)).toBeNull();

    app.clock.advance(99_000);
    expect(await write(app, visitor.holder, { theme: "dark" })).toBe(true);
    app.clock.advance(99_000);
    expect(await sessionData.findVisitor(tokenHash)).toEqual(visitor.holder);
    expect(await sessionData.prune()).toBe(0);
    app.clock.advance(1_000);
    expect(await sessionData.findVisitor(tokenHash)).toBeNull();
    expect(await write(app, visitor.holder, { theme: "light" })).toBe(false);
    expect(await sessionData.prune()).toBe(1);
    expect(await app.db.select().from(app.db.tables.visitorData)).toEqual([]);
  });

  test("where VISITOR_DATA is off nobody is found, whatever the tables hold", async () => {
    await using app = await openTestAuth(dialect);
    const visitor = await app.db.transaction((tx) => app.auth.sessionData.createVisitor(tx));
    expect(await app.auth.sessionData.findVisitor(hash(visitor.token))).toBeNull();
  });

  test("SES-02: the visitor's token is not in the database, only its hash", async () => {
    await using app = await openTestAuth(dialect, { VISITOR_DATA: true });
    const visitor = await app.db.transaction((tx) => app.auth.sessionData.createVisitor(tx));
    const rows = await app.db.select().from(app.db.tables.visitors);
    expect(JSON.stringify(rows)).not.toContain(visitor.token);
    expect(rows).toMatchObject([{ tokenHash: hash(visitor.token) }]);
  });

  test("a sign-in takes over what the visitor had, and the visitor ends", async () => {
    await using app = await openTestAuth(dialect, { VISITOR_DATA: true });
    const { sessionData } = app.auth;
    const [visitor, other] = await app.db.transaction(async (tx) => [
      await sessionData.createVisitor(tx),
      await sessionData.createVisitor(tx),
    ]);
    await write(app, visitor.holder, { theme: "dark", step: 2 });
    await write(app, other.holder, { theme: "light" });

    const from = { presented: null, visitorHash: hash(visitor.token), userId: "ann" };
    const taken = await app.db.transaction((tx) => sessionData.takeOver(tx, from));

    expect(Object.fromEntries(taken)).toEqual({ theme: "dark", step: 2 });
    expect(await sessionData.findVisitor(hash(visitor.token))).toBeNull();
    expect(await read(app, other.holder)).toEqual({ theme: "light" });
  });

  test("two full stores that meet at a sign-in do not stand in its way: the session's own values stay", async () => {
    await using app = await openTestAuth(dialect, { VISITOR_DATA: true });
    const ann = await app.register("Ann");
    const visitor = await app.db.transaction((tx) => app.auth.sessionData.createVisitor(tx));
    const mine = Object.fromEntries(Array.from({ length: mostKeys }, (_, key) => [`mine${key}`, key]));
    const others = Object.fromEntries(Array.from({ length: mostKeys }, (_, key) => [`other${key}`, key]));
    await write(app, sessionOf(ann.principal.session.id), mine);
    await write(app, visitor.holder, others);

    const from = { ip: null, userAgent: null, presented: ann.principal, presentedTokenHash: hash(ann.token) };
    const login = await app.auth.accounts.login(
      { login: "Ann", password: testPassword },
      { ...from, visitorHash: hash(visitor.token) },
    );

    expect(login.status).toBe("signed-in");
    const session = "session" in login ? login.session.id : "";
    expect(await read(app, sessionOf(session))).toEqual(mine);
  });

  test("a sign-in as the same user takes over everything, as another user only what is kept at sign-out", async () => {
    await using app = await openTestAuth(dialect);
    const ann = await app.register("Ann");
    await write(app, sessionOf(ann.principal.session.id), { theme: "dark", basket: ["tea"] });
    const takeOver = (userId: string) =>
      app.db.transaction((tx) =>
        app.auth.sessionData.takeOver(tx, { presented: ann.principal, visitorHash: null, userId }),
      );
    expect(Object.fromEntries(await takeOver(ann.id))).toEqual({ theme: "dark", basket: ["tea"] });
    expect(Object.fromEntries(await takeOver("bob"))).toEqual({ theme: "dark" });
  });

  test("signing out keeps the keys that are to be kept for the visitor, and nothing else", async () => {
    await using app = await openTestAuth(dialect, { VISITOR_DATA: true, KEEP_AT_SIGN_OUT: ["theme"] });
    const { sessionData } = app.auth;
    const ann = await app.register("Ann");
    await write(app, sessionOf(ann.principal.session.id), { theme: "dark", basket: ["tea"] });

    const token = await sessionData.keepAtSignOut(hash(ann.token), null);
    const visitor = await sessionData.findVisitor(hash(token ?? ""));
    expect(visitor && (await read(app, visitor))).toEqual({ theme: "dark" });

    // Who has a cookie already gets the values, and no second one.
    await write(app, sessionOf(ann.principal.session.id), { theme: "light" });
    expect(await sessionData.keepAtSignOut(hash(ann.token), hash(token ?? ""))).toBeNull();
    expect(visitor && (await read(app, visitor))).toEqual({ theme: "light" });
    expect(await sessionData.keepAtSignOut(hash("A".repeat(43)), null)).toBeNull();
  });

  test("where visitors keep nothing, signing out keeps nothing", async () => {
    await using app = await openTestAuth(dialect);
    const ann = await app.register("Ann");
    await write(app, sessionOf(ann.principal.session.id), { theme: "dark" });
    expect(await app.auth.sessionData.keepAtSignOut(hash(ann.token), null)).toBeNull();
    expect(await app.db.select().from(app.db.tables.visitors)).toEqual([]);
  });

  test("OUT-14: data of a session deleted by hand goes with it", async () => {
    await using app = await openTestAuth(dialect);
    const holder = sessionOf((await app.register("Ann")).principal.session.id);
    await write(app, holder, { theme: "dark" });
    await app.db.delete(app.db.tables.sessions).where(eq(app.db.tables.sessions.id, holder.id));
    expect(await app.db.select().from(app.db.tables.sessionData)).toEqual([]);
    expect(await write(app, holder, { theme: "dark" })).toBe(false);
  });
});

function hash(token: string): string {
  return hashToken(token) ?? "";
}
