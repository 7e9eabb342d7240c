import { eq } from "drizzle-orm";
import { expect, test } from "vitest";

import { describeDatabases, type TestDialect } from "@app/services/databases";
import { defaultSettings } from "@countersign/contract";

import { newId } from "../new-id.ts";
import type { OidcOptions } from "../oidc/provider.ts";
import { nowhere, openTestAuth } from "../test/open-auth.ts";

import { createOperator } from "./create-operator.ts";

const actor = { id: null, name: "cli" };
const issuer = "https://id.example.com";
const works = { providers: [{ name: "works", label: "The Works", issuer, clientId: "app" }] };
const password = "a few random words";

/** An operator beside an app that knows The Works, on the same database. */
async function openOperator(dialect: TestDialect, oidc: OidcOptions = works) {
  const app = await openTestAuth(dialect);
  const { db, bus, clock, errors } = app;
  const onError = (error: unknown) => errors.push(error);
  const open = () => createOperator({ db, bus, clock, settings: defaultSettings, actor, oidc, onError });
  const operator = open();

  async function make(username: string, change: { isSuperuser?: boolean; hasPassword?: boolean } = {}) {
    const { isSuperuser = false, hasPassword = true } = change;
    const names = { username, email: null, isEmailVerified: false, isStaff: false, isSuperuser };
    const made = await operator.createUser({ ...names, password });
    if (made.status !== "created") throw new Error(JSON.stringify(made));
    const { id } = made.user;
    if (!hasPassword) await db.update(db.tables.users).set({ passwordHash: null }).where(eq(db.tables.users.id, id));
    return id;
  }

  return {
    ...app,
    operator,
    open,
    make,
    /** The user is known to the provider by the username. */
    async connect(userId: string, subject: string, { provider = "works", groupId }: Connected = {}) {
      const id = newId();
      await db.transaction(async (tx) => {
        const { groupMembers, identities, identityGroups } = tx.tables;
        await tx.insert(identities).values({ id, userId, provider, issuer, subject, createdAt: new Date(0) });
        if (groupId === undefined) return;
        await tx.insert(groupMembers).values({ userId, groupId });
        await tx.insert(identityGroups).values({ identityId: id, groupId });
      });
      return id;
    },
    /** A session of the user that began with the identity, or with the password. */
    async signIn(username: string, identityId?: string) {
      const result = await app.auth.accounts.login({ login: username, password }, nowhere);
      if (result.status !== "signed-in") throw new Error(result.status);
      const sessionId = result.session.id;
      if (identityId !== undefined)
        await db.insert(db.tables.providerSessions).values({ sessionId, identityId, provider: "works" });
      return sessionId;
    },
    async audited() {
      await operator.flush();
      const records = await app.auth.audit.list({ limit: 100, action: "admin.user.remove_identity" });
      return records.map(({ outcome, reason, actorName, subjectName, details }) => ({
        outcome,
        reason,
        actorName,
        subjectName,
        details,
      }));
    },
  };
}

interface Connected {
  readonly provider?: string;
  readonly groupId?: string;
}

describeDatabases((dialect) => {
  test("an operator sees from where a user signs in, and takes one away with what came of it, and nothing of others", async () => {
    await using app = await openOperator(dialect);
    const { operator, db } = app;
    const [ann, bob] = [await app.make("Ann"), await app.make("Bob")];
    const groupId = await app.auth.rights.setGroup("crew", []);
    const [ofAnn, ofBob] = [await app.connect(ann, "ann", { groupId }), await app.connect(bob, "bob", { groupId })];
    const [byWorks, byPassword] = [await app.signIn("Ann", ofAnn), await app.signIn("Ann")];
    const bobs = await app.signIn("Bob", ofBob);
    const versionOf = async (id: string) => (await app.auth.admin.users.find(id))?.version ?? 0;
    const before = await versionOf(ann);

    expect(await operator.listIdentities(ann)).toMatchObject([
      { id: ofAnn, label: "The Works", subject: "ann", issuer, groups: ["crew"], isLast: false, isKept: false },
    ]);
    // Another user's is not theirs.
    expect(await operator.removeIdentity(bob, ofAnn)).toEqual({ status: "not-found" });
    expect(await operator.removeIdentity(newId(), ofAnn)).toEqual({ status: "not-found" });
    expect(await operator.removeIdentity(ann, ofAnn)).toEqual({ status: "changed", endedSessions: 1, isLast: false });
    expect(await operator.removeIdentity(ann, ofAnn)).toEqual({ status: "not-found" });

    expect(await operator.listIdentities(ann)).toEqual([]);
    const { items } = await operator.listSessions({ limit: 10 });
    expect(items.map(({ id }) => id).toSorted()).toEqual([byPassword, bobs].toSorted());
    expect(items.some(({ id }) => id === byWorks)).toBe(false);
    expect((await db.select().from(db.tables.groupMembers)).map(({ userId }) => userId)).toEqual([bob]);
    expect(await versionOf(ann)).toBeGreaterThan(before);
    expect(await app.audited()).toEqual([
      { outcome: "ok", reason: null, actorName: "cli", subjectName: "Ann", details: { provider: "works", count: 1 } },
    ]);
  });

  test("screens that learn of it from the database alone show it, though no session ended and no group went", async () => {
    await using app = await openOperator(dialect);
    const ann = await app.make("Ann");
    const identityId = await app.connect(ann, "ann", { provider: "gone" });
    const read = async () =>
      (await app.db.select({ version: app.db.tables.users.version }).from(app.db.tables.users))[0];
    const before = (await read())?.version ?? 0;

    await app.operator.removeIdentity(ann, identityId);

    // PostgreSQL's trigger sees the change of the user's row as well.
    expect((await read())?.version).toBeGreaterThan(before);
  });

  test("the last way in goes, but not the one by which the last superuser gets in", async () => {
    await using app = await openOperator(dialect);
    const { operator } = app;
    const ann = await app.make("Ann", { hasPassword: false });
    const root = await app.make("Root", { isSuperuser: true, hasPassword: false });
    const [ofAnn, ofRoot] = [await app.connect(ann, "ann"), await app.connect(root, "root")];
    const asleep = await app.make("Asleep", { isSuperuser: true });
    await app.auth.accounts.setActive(asleep, false);

    expect(await operator.listIdentities(root)).toMatchObject([{ isLast: true, isKept: true }]);
    expect(await operator.listIdentities(ann)).toMatchObject([{ isLast: true, isKept: false }]);
    expect(await operator.removeIdentity(ann, ofAnn)).toMatchObject({ status: "changed", isLast: true });
    expect(await operator.removeIdentity(root, ofRoot)).toEqual({ status: "last-superuser" });
    // A second one at a provider that is not set up here lets nobody in.
    await app.connect(root, "other", { provider: "gone" });
    expect(await operator.removeIdentity(root, ofRoot)).toEqual({ status: "last-superuser" });
    expect(await operator.listIdentities(root)).toHaveLength(2);

    // Negative control: somebody else who gets in.
    await app.auth.accounts.setActive(asleep, true);
    expect(await operator.removeIdentity(root, ofRoot)).toMatchObject({ status: "changed", isLast: true });
    expect((await app.audited()).map(({ outcome, reason, subjectName }) => [outcome, reason, subjectName])).toEqual([
      ["ok", null, "Root"],
      ["refused", "last_superuser", "Root"],
      ["refused", "last_superuser", "Root"],
      ["ok", null, "Ann"],
    ]);
  });

  test("of two superusers' last ways in that are taken at once, by two operators, one stays", async () => {
    await using app = await openOperator(dialect);
    for (let round = 0; round < 5; round += 1) {
      const roots = await Promise.all(
        ["One", "Two"].map((name) => app.make(`${name}${round}`, { isSuperuser: true, hasPassword: false })),
      );
      const pairs: [string, string][] = [];
      for (const id of roots) pairs.push([id, await app.connect(id, id)]);

      const came = await Promise.all(pairs.map(([id, identityId]) => app.open().removeIdentity(id, identityId)));

      expect(came.map(({ status }) => status).toSorted()).toEqual(["changed", "last-superuser"]);
      await app.db.update(app.db.tables.users).set({ isSuperuser: false });
    }
  });

  test("without a word of providers each is one that is not set up: what may be the last way in stays", async () => {
    await using app = await openOperator(dialect, { providers: [] });
    const root = await app.make("Root", { isSuperuser: true, hasPassword: false });
    const ids = [await app.connect(root, "one"), await app.connect(root, "two")];

    expect(await app.operator.listIdentities(root)).toMatchObject([
      { provider: "works", label: "works", isWayIn: false, isKept: true },
      { isWayIn: false, isKept: true },
    ]);
    for (const id of ids) expect(await app.operator.removeIdentity(root, id)).toEqual({ status: "last-superuser" });
  });
});
