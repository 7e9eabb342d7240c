import { DatabaseSync } from "node:sqlite";

import { eq } from "drizzle-orm";
import { expect, test, vi } from "vitest";

import { sqliteDialect } from "@app/services/databases";
import { createMemoryBus } from "@countersign/bus";
import { defaultSettings } from "@countersign/contract";
import {
  type AccessChange,
  coreMigrations,
  type Database,
  DatabaseUnavailable,
  openDatabase,
  Patience,
  patienceLeftMs,
} from "@countersign/db";

import { systemClock } from "../clock.ts";
import { insertUser } from "../test/insert-user.ts";
import { createTestPrincipal } from "../test/principal.ts";
import { createTestClock } from "../testing/test-clock.ts";

import { keepWhileUnchanged, type Person } from "./keep-while-unchanged.ts";
import { createLuciaEngine } from "./lucia-engine.ts";
import type { Principal } from "./principal.ts";
import { hashToken } from "./token.ts";

const second = 1000;

test("what another process changes is seen by the very next validation, and nobody else's session suffers", async () => {
  await using place = await sqliteDialect.create();
  await using db = await openDatabase(place.url, { migrations: [coreMigrations] });
  await using other = await openDatabase(place.url, { migrations: [] });
  const options = { bus: createMemoryBus(), clock: systemClock, settings: defaultSettings, onError: () => {} };
  const engine = createLuciaEngine({ ...options, db });
  const [annId, bobId] = [await insertUser(db, "Ann"), await insertUser(db, "Bob")];

  for (let round = 0; round < 20; round += 1) {
    const begin = (userId: string) =>
      db.transaction((tx) => engine.create(tx, { userId, remember: false, ip: null, userAgent: null }));
    const [ann, bob] = [await begin(annId), await begin(bobId)];
    const validate = ({ token }: { token: string }) => engine.validate(hashToken(token) ?? "");
    await Promise.all([validate(ann), validate(bob)]);

    await other.transaction((tx) => tx.delete(tx.tables.sessions).where(eq(tx.tables.sessions.id, ann.session.id)));

    expect(await validate(ann)).toBeNull();
    expect(await validate(bob)).toMatchObject({ user: { username: "Bob" }, session: { id: bob.session.id } });
  }
});

test("a user whom a REPLACE by hand puts in the place of one has the rights of now, though the version began anew", async () => {
  await using place = await sqliteDialect.create();
  await using db = await openDatabase(place.url, { migrations: [coreMigrations] });
  const options = { bus: createMemoryBus(), clock: systemClock, settings: defaultSettings, onError: () => {} };
  const engine = createLuciaEngine({ ...options, db });
  const userId = await insertUser(db, "Ann");
  const { token } = await db.transaction((tx) =>
    engine.create(tx, { userId, remember: false, ip: null, userAgent: null }),
  );
  await db.insert(db.tables.userPermissions).values({ userId, permission: "notes.view" });
  const before = await engine.validate(hashToken(token) ?? "");
  expect([...(before?.permissions ?? [])]).toEqual(["notes.view"]);

  const byHand = new DatabaseSync(place.url.slice("sqlite:".length));
  byHand.exec("PRAGMA foreign_keys = OFF");
  byHand
    .prepare("INSERT OR REPLACE INTO users (id, username, username_key, created_at) VALUES (?, 'Ann', 'ann', 1)")
    .run(userId);
  byHand.exec("DELETE FROM user_permissions");
  byHand.close();

  const after = await engine.validate(hashToken(token) ?? "");
  expect(after?.user.version).toBe(before?.user.version);
  expect([...(after?.permissions ?? [])]).toEqual([]);
});

test("as long as nothing is committed, a token is read once, and each token is its own", async () => {
  const { validate, reads } = start();

  for (let call = 0; call < 3; call += 1) {
    expect(await validate("ann")).toMatchObject({ user: { username: "ann" } });
    expect(await validate("bob")).toMatchObject({ user: { username: "bob" } });
  }
  expect(reads).toEqual(["ann", "bob"]);
});

test("what is read for all who ask is not held to the patience of the first of them", async () => {
  const { validate, patienceLeft } = start();
  for (const wait of ["turn", "tick"] as const) {
    const [anns, bobs] = [`ann ${wait}`, `bob ${wait}`];
    await Promise.all([new Patience(0).run(() => validate(anns, wait)), validate(bobs, wait)]);
  }
  expect(patienceLeft).toEqual([1, 2, 3, 4].map(() => Number.POSITIVE_INFINITY));
});

test("who asks is answered by the version as it is after they asked", async () => {
  const { validate, reads, database } = start();
  await validate("ann");

  const asked = validate("ann");
  database.commit();
  await asked;
  expect(reads).toEqual(["ann", "ann"]);

  // A crowd is answered before the turn is over; who asks after the commit is none of it.
  const crowd = Array.from({ length: 16 }, () => validate("ann"));
  database.commit();
  const late = validate("ann");
  await Promise.all([...crowd, late]);
  expect(reads).toEqual(["ann", "ann", "ann"]);
});

test("a crowd is answered together, and by one look at the version for every sixteen", async () => {
  const { validate, reads, database } = start();

  const principals = await Promise.all(Array.from({ length: 40 }, (_, index) => validate(index % 2 ? "ann" : "bob")));

  expect(principals.filter((principal) => principal?.user.username === "ann")).toHaveLength(20);
  expect(database.looks).toBe(3);
  // Those of one batch share a reading; those of the next find it kept, or read it while it is under way.
  expect(reads.length).toBeLessThanOrEqual(6);
});

test("who is not let in is read again each time", async () => {
  const { validate, reads } = start();
  expect(await validate("nobody")).toBeNull();
  expect(await validate("nobody")).toBeNull();
  expect(reads).toEqual(["nobody", "nobody"]);
});

test.each(["expiresAt", "absoluteExpiresAt"] as const)("EXP-01: a kept principal ends with its %s", async (limit) => {
  const { validate, reads, clock } = start({ [limit]: 10 * second });
  await validate("ann");

  clock.advance(10 * second - 1);
  await validate("ann");
  expect(reads).toHaveLength(1);
  clock.advance(1);
  await validate("ann");
  expect(reads).toHaveLength(2);
});

test("a database that cannot tell at the moment is read, and nothing is kept", async () => {
  const { validate, reads, database } = start();
  database.version = null;
  await validate("ann");
  await validate("ann");
  expect(reads).toHaveLength(2);

  database.version = 1;
  await validate("ann");
  await validate("ann");
  expect(reads).toHaveLength(3);
});

test("what is read while the version moves on is not kept under the new one", async () => {
  const { validate, reads, database, gate } = start();
  gate.close();
  const slow = validate("ann");
  await turn();
  database.commit();
  // Bob's validation looks at the version; Ann's reading is from before it.
  const other = validate("bob");
  await turn();
  gate.open();
  await Promise.all([slow, other]);

  await validate("ann");
  await validate("bob");
  expect(reads).toEqual(["ann", "bob", "ann"]);
});

test("a failure fails for all who asked, and the next are answered anew", async () => {
  const { validate, database } = start();
  database.failure = new DatabaseUnavailable("Away, for a test.");
  const all = await Promise.allSettled([validate("ann"), validate("bob")]);
  expect(all.map(({ status }) => status)).toEqual(["rejected", "rejected"]);

  database.failure = null;
  expect(await validate("ann")).not.toBeNull();
});

test("so many are kept, and those read first are forgotten first", async () => {
  const { validate, reads } = start({ capacity: 2 });
  for (const token of ["ann", "bob", "cid", "cid", "bob", "ann"]) await validate(token);
  expect(reads).toEqual(["ann", "bob", "cid", "ann"]);
});

test("a commit that concerns nobody makes nobody be read", async () => {
  const { validate, reads, database } = start();
  database.changes = null;
  await validate("ann");
  for (let commits = 0; commits < 3; commits += 1) {
    database.commit([]);
    await validate("ann");
  }
  expect(reads).toEqual(["ann"]);

  database.commit(null);
  await validate("ann");
  expect(reads).toEqual(["ann", "ann"]);
});

test("of sessions that changed, those are read, and no others", async () => {
  const { validate, reads, database } = start();
  for (const token of ["ann", "ann's phone", "bob"]) await validate(token);
  reads.length = 0;

  database.commit([{ tokenHash: "ann's phone" }]);
  for (const token of ["ann", "ann's phone", "bob"]) await validate(token);
  expect(reads).toEqual(["ann's phone"]);
});

test("a user who changed is read once, and all sessions of theirs are the changed user's", async () => {
  const { validate, reads, database, users } = start();
  for (const token of ["ann", "ann's phone", "bob"]) await validate(token);
  reads.length = 0;

  users.set("ann", 2);
  database.commit([{ userId: "ann" }]);
  const [ann, phone, bob] = await Promise.all(["ann", "ann's phone", "bob"].map((hash) => validate(hash)));
  expect([ann, phone, bob].map((principal) => principal?.user.version)).toEqual([2, 2, 1]);
  expect(phone?.user).toBe(ann?.user);
  await Promise.all(["ann", "ann's phone", "bob"].map((hash) => validate(hash)));
  expect(reads).toEqual(["user ann"]);
});

test("a user who was switched off is let in on none of their sessions, then or later", async () => {
  const { validate, database, users } = start();
  for (const token of ["ann", "ann's phone", "bob"]) await validate(token);

  users.set("ann", 0);
  database.commit([{ userId: "ann" }]);
  const all = () => Promise.all(["ann", "ann's phone", "bob"].map((hash) => validate(hash)));
  expect((await all()).map((principal) => principal?.user.id)).toEqual([undefined, undefined, "bob"]);
  database.commit([]);
  expect((await all()).map((principal) => principal?.user.id)).toEqual([undefined, undefined, "bob"]);
});

test("where the database can never tell, every validation is a reading", async () => {
  const read = vi.fn<(tokenHash: string) => Promise<null>>(async () => null);
  // The cast: nothing else of it is looked at.
  const db = { dataVersion: null } as unknown as Database;
  const validate = keepWhileUnchanged({ db, clock: systemClock, read, readPerson: () => null });
  await validate("ann");
  await validate("ann", "tick");
  expect(read.mock.calls).toEqual([["ann"], ["ann"]]);
});

test("answers that are ready are asked for together before the event loop goes on, and what was committed by then is seen", async () => {
  const { validate, reads, database } = start();
  await validate("ann");
  const looks = database.looks;
  let hasGoneOn = false;
  setImmediate(() => (hasGoneOn = true));
  const [first] = await Promise.all([validate("ann", "tick"), validate("ann", "tick")]);
  expect(first?.user.username).toBe("ann");
  expect(database.looks).toBe(looks + 1);
  expect(hasGoneOn).toBe(false);

  database.commit();
  await validate("ann", "tick");
  expect(reads).toEqual(["ann", "ann"]);
});

/** A database of which only the version is known, and a reader that tells what it was asked for. */
function start(
  options: { readonly expiresAt?: number; readonly absoluteExpiresAt?: number; readonly capacity?: number } = {},
) {
  const clock = createTestClock();
  const database = {
    version: 1 as number | null,
    failure: null as Error | null,
    looks: 0,
    changes: [] as AccessChange[] | null,
    /** Without a list of what it changed, nobody knows what it was. */
    commit(changes: readonly AccessChange[] | null = null) {
      this.version = (this.version ?? 0) + 1;
      this.changes = changes && this.changes && [...this.changes, ...changes];
    },
    takeChanges() {
      const { changes } = this;
      this.changes = [];
      return changes;
    },
  };
  const dataVersion = () => {
    database.looks += 1;
    if (database.failure) throw database.failure;
    return database.version;
  };
  // The cast: nothing else of it is looked at.
  const db = { dataVersion, followAccess: () => () => database.takeChanges() } as unknown as Database;

  const reads: string[] = [];
  /** What each of them may wait. */
  const patienceLeft: number[] = [];
  const gate = createGate();
  async function read(tokenHash: string): Promise<Principal | null> {
    reads.push(tokenHash);
    patienceLeft.push(patienceLeftMs());
    await gate.passed();
    return tokenHash === "nobody" || isSwitchedOff(tokenHash) ? null : principalOf(tokenHash, clock.now());
  }

  /** The user of "ann" and "ann's phone" is ann. */
  const userOf = (tokenHash: string) => tokenHash.split("'")[0] ?? "";
  const users = new Map<string, number>();
  const isSwitchedOff = (tokenHash: string) => users.get(userOf(tokenHash)) === 0;

  function readPerson(userId: string): Person | null {
    reads.push(`user ${userId}`);
    if (isSwitchedOff(userId)) return null;
    const { session: _, ...person } = principalOf(userId, clock.now());
    return person;
  }

  function principalOf(username: string, now: number): Principal {
    const { user, session, ...rights } = createTestPrincipal({});
    const [expiresAt, absoluteExpiresAt] = [options.expiresAt ?? 3600_000, options.absoluteExpiresAt ?? 3600_000];
    return {
      ...rights,
      user: { ...user, id: userOf(username), username: userOf(username), version: users.get(userOf(username)) ?? 1 },
      session: {
        ...session,
        expiresAt: new Date(now + expiresAt),
        absoluteExpiresAt: new Date(now + absoluteExpiresAt),
      },
    };
  }

  const { capacity } = options;
  const validate = keepWhileUnchanged({ db, clock, read, readPerson, ...(capacity === undefined ? {} : { capacity }) });
  return { validate, reads, patienceLeft, clock, database, gate, users };
}

/** Lets readings pass, or keeps them waiting. */
function createGate() {
  let opened = Promise.resolve();
  let open = () => {};
  return {
    close() {
      const { promise, resolve } = Promise.withResolvers<void>();
      [opened, open] = [promise, resolve];
    },
    open: () => open(),
    passed: () => opened,
  };
}

/** Until the end of this turn of the event loop. */
function turn(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}
