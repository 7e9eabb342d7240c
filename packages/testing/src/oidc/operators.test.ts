import { eq } from "drizzle-orm";
import { expect, test } from "vitest";

import { describeDatabases } from "@app/services/databases";
import type { AdminIdentity, AdminUser, LibraryPermission } from "@countersign/contract";

import { signInWith } from "../identity-provider/sign-in-with.ts";
import { pageOf, startBoth } from "../test/start-oidc-app.ts";

type Both = Awaited<ReturnType<typeof startBoth>>;

describeDatabases((dialect) => {
  test("an admin sees from where a user signs in, and takes it away: whoever came by it is out, with the groups it gave", async () => {
    await using both = await startBoth(dialect, {
      provider: { groupsClaim: "groups", groups: { works: "staff" } },
      idp: { users: [{ name: "ann", groups: ["works"] }, { name: "bob" }] },
    });
    const { app, idp } = both;
    await app.auth.rights.setGroup("staff", []);
    const root = await makeRoot(both);
    const [ann, bob] = [await enter(both, "ann"), await enter(both, "bob")];
    await app.takeMails();

    const seen = await readUser(both, root.cookie, ann.id);
    expect(seen).toMatchObject({ $can: { removeIdentity: true }, hasPassword: false });
    const shown: AdminIdentity = {
      id: expect.any(String) as string,
      provider: "idp",
      label: "The Works",
      issuer: idp.issuer,
      subject: "ann",
      email: "ann@example.com",
      isEmailVerified: true,
      createdAt: expect.any(String) as string,
      lastUsedAt: expect.any(String) as string,
      groups: ["staff"],
      isWayIn: true,
      isLast: true,
      isKept: false,
    };
    expect(seen.identities).toEqual([shown]);
    expect((await readUser(both, root.cookie, bob.id)).identities).toMatchObject([{ subject: "bob", groups: [] }]);

    await using screen = await app.open(ann.cookie);
    await using bobs = await app.open(bob.cookie);
    const [identity] = seen.identities;
    const remove = { id: ann.id, identityId: identity?.id };
    const from = performance.now();
    expect((await app.http("admin.user.removeIdentity", { input: remove, cookie: root.cookie })).status).toBe(200);
    expect(await screen.closed).toMatchObject({ code: 4401, reason: "ended" });
    expect(performance.now() - from).toBeLessThan(5000);

    expect(await bobs.query("who")).toMatchObject({ result: { data: "bob" } });
    const { groupMembers, identities, providerSessions } = app.db.tables;
    expect(await app.db.select().from(groupMembers)).toEqual([]);
    expect(await app.db.select().from(providerSessions)).toHaveLength(1);
    expect((await app.db.select().from(identities)).map(({ subject }) => subject)).toEqual(["bob"]);
    const after = await readUser(both, root.cookie, ann.id);
    expect(after).toMatchObject({ identities: [], groups: [] });
    expect(after.version).toBeGreaterThan(seen.version);
    expect(await app.takeMails()).toMatchObject([{ to: "ann@example.com", subject: /with The Works no more/ }]);
    expect(await audited(both)).toMatchObject([
      { outcome: "ok", actorName: "root", subjectName: "ann", details: { provider: "idp", count: 1 } },
    ]);
    // Once is enough, and the same person is new now.
    expect((await app.http("admin.user.removeIdentity", { input: remove, cookie: root.cookie })).status).toBe(404);
    expect(pageOf((await signInWith(idp, "ann", { app: app.url, as: "idp" })).landing)).toMatch(/^\/auth\//);
    expect((await readUser(both, root.cookie, ann.id)).identities).toEqual([]);
  });

  test("a group that an admin takes and gives again is not the claims' any more", async () => {
    await using both = await startBoth(dialect, {
      provider: { groupsClaim: "groups", groups: { works: "staff" } },
      idp: {
        users: [
          { name: "ann", groups: ["works"] },
          { name: "bob", groups: ["works"] },
        ],
      },
    });
    const { app, idp } = both;
    await app.auth.rights.setGroup("staff", []);
    const root = await makeRoot(both);
    const [ann, bob] = [await enter(both, "ann"), await enter(both, "bob")];
    const groupIds = (await readUser(both, root.cookie, ann.id)).groups.map(({ id }) => id);
    expect(groupIds).toHaveLength(1);
    for (const wanted of [[], groupIds]) {
      const input = { id: ann.id, groupIds: wanted };
      expect((await app.http("admin.user.setGroups", { input, cookie: root.cookie })).status).toBe(200);
    }

    for (const name of ["ann", "bob"]) {
      idp.setUser({ name, groups: [] });
      await signInWith(idp, name, { app: app.url, as: "idp" });
    }

    const namesOf = async ({ id }: { readonly id: string }) =>
      (await readUser(both, root.cookie, id)).groups.map(({ name }) => name);
    expect([await namesOf(ann), await namesOf(bob)]).toEqual([["staff"], []]);
  });

  test("nor is one that an app's own code gives or takes", async () => {
    const people = ["ann", "bob", "cid"];
    await using both = await startBoth(dialect, {
      provider: { groupsClaim: "groups", groups: { works: "staff" } },
      idp: { users: people.map((name) => ({ name, groups: ["works"] })) },
    });
    const { app, idp } = both;
    const { rights } = app.auth;
    await rights.setGroup("staff", []);
    const [ann, bob, cid] = [await enter(both, "ann"), await enter(both, "bob"), await enter(both, "cid")];
    // To Ann it is given beside the claim, from Bob it is taken and given again.
    await rights.addToGroup(ann.id, "staff");
    await rights.removeFromGroup(bob.id, "staff");
    await rights.addToGroup(bob.id, "staff");

    for (const name of people) {
      idp.setUser({ name, groups: [] });
      await signInWith(idp, name, { app: app.url, as: "idp" });
    }

    const members = await app.db.select().from(app.db.tables.groupMembers);
    expect(members.map(({ userId }) => userId).toSorted()).toEqual([ann.id, bob.id].toSorted());
    expect(await app.db.$count(app.db.tables.identityGroups)).toBe(0);
    // What was taken by hand comes again with a claim: it is the provider's then.
    idp.setUser({ name: "cid", groups: ["works"] });
    await signInWith(idp, "cid", { app: app.url, as: "idp" });
    await rights.removeFromGroup(cid.id, "staff");
    expect(await app.db.$count(app.db.tables.identityGroups)).toBe(0);
  });

  test("an admin sees of each session which provider it came from, also where that is not set up any more", async () => {
    await using both = await startBoth(dialect);
    const { app } = both;
    const root = await makeRoot(both);
    const [ann, bob] = [await enter(both, "ann"), await enter(both, "bob")];
    const { identities, providerSessions } = app.db.tables;
    const [ofBob] = await app.db.select().from(identities).where(eq(identities.userId, bob.id));
    const left = eq(providerSessions.identityId, ofBob?.id ?? "");
    await app.db.update(providerSessions).set({ provider: "before" }).where(left);

    const query = { order: "-createdAt", limit: 10 } as const;
    const listed = await app.auth.admin.sessions.list(query);

    const shown = new Map(listed?.rows.map(({ userId, provider }) => [userId, provider]));
    expect([ann, bob, root].map(({ id }) => shown.get(id))).toEqual(["The Works", "before", null]);
  });

  test("a removal takes no session that came by another way, and nobody else's identity goes under this user's id", async () => {
    await using both = await startBoth(dialect);
    const { app } = both;
    const root = await makeRoot(both);
    const [ann, bob] = [await enter(both, "ann"), await enter(both, "bob")];
    const { users } = app.db.tables;
    const [withPassword] = await app.db.select().from(users).where(eq(users.id, root.id));
    const passwordHash = withPassword?.passwordHash ?? null;
    await app.db.update(users).set({ passwordHash }).where(eq(users.id, ann.id));
    const byPassword = await signInByPassword(both, "ann", root.password);
    const [ofAnn] = (await readUser(both, root.cookie, ann.id)).identities;
    const [ofBob] = (await readUser(both, root.cookie, bob.id)).identities;
    const remove = (id: string, identityId: string | undefined) =>
      app.http("admin.user.removeIdentity", { input: { id, identityId }, cookie: root.cookie });
    expect((await remove(ann.id, ofBob?.id)).status).toBe(404);
    expect(ofAnn).toMatchObject({ isLast: false });
    expect((await remove(ann.id, ofAnn?.id)).status).toBe(200);

    expect([await who(both, ann.cookie), await who(both, byPassword), await who(both, bob.cookie)]).toEqual([
      401, 200, 200,
    ]);
  });

  test("who may only look sees and takes nothing away; nor does who holds less, or has not shown who they are lately", async () => {
    await using both = await startBoth(dialect, {
      provider: { groupsClaim: "groups", groups: { works: "staff" } },
      idp: { users: [{ name: "ann", groups: ["works"] }, { name: "bob" }] },
    });
    const { app } = both;
    await app.auth.rights.setGroup("staff", []);
    const [ann, bob] = [await enter(both, "ann"), await enter(both, "bob")];
    const viewer = await makeStaff(both, "viewer", "users.view");
    const sue = await makeStaff(both, "sue", "users.view", "users.change");
    const identityOf = async (id: string) => (await readUser(both, sue.cookie, id)).identities[0]?.id;
    const attempt = async (cookie: string | undefined, id: string, identityId: string | undefined) => {
      const answer = await app.http("admin.user.removeIdentity", { input: { id, identityId }, cookie });
      const { error } = (await answer.json()) as { error?: { data: { code: string; reason?: string } } };
      return error === undefined ? "ok" : (error.data.reason ?? error.data.code);
    };
    const [ofAnn, ofBob] = [await identityOf(ann.id), await identityOf(bob.id)];

    expect((await readUser(both, viewer.cookie, bob.id)).identities).toMatchObject([{ subject: "bob" }]);
    expect((await readUser(both, viewer.cookie, bob.id)).$can.removeIdentity).toBe(false);
    expect(await attempt(viewer.cookie, bob.id, ofBob)).toBe("FORBIDDEN");
    expect(await attempt(undefined, bob.id, ofBob)).toBe("UNAUTHORIZED");
    expect(await attempt(ann.cookie, bob.id, ofBob)).toBe("FORBIDDEN");
    const look = await app.http("admin.user.get", { method: "GET", input: { id: ann.id }, cookie: bob.cookie });
    expect(look.status).toBe(403);

    // Ann is in a group that Sue is not in: without it Ann would be somebody whom Sue may become.
    expect((await readUser(both, sue.cookie, ann.id)).$can.removeIdentity).toBe(false);
    expect(await attempt(sue.cookie, ann.id, ofAnn)).toBe("BEYOND_OWN_RIGHTS");
    const { sessions, users } = app.db.tables;
    await app.db.update(users).set({ isSuperuser: true }).where(eq(users.id, bob.id));
    expect(await attempt(sue.cookie, bob.id, ofBob)).toBe("BEYOND_OWN_RIGHTS");
    await app.db.update(users).set({ isSuperuser: false }).where(eq(users.id, bob.id));
    const stale = { authenticatedAt: new Date(Date.now() - 86_400_000) };
    await app.db.update(sessions).set(stale).where(eq(sessions.userId, sue.id));
    expect(await attempt(sue.cookie, bob.id, ofBob)).toBe("REAUTH");
    expect(await app.db.select().from(app.db.tables.identities)).toHaveLength(2);
    expect([await who(both, ann.cookie), await who(both, bob.cookie)]).toEqual([200, 200]);

    // Negative control: the same with what it takes.
    await app.db.update(sessions).set({ authenticatedAt: new Date() }).where(eq(sessions.userId, sue.id));
    expect(await attempt(sue.cookie, bob.id, ofBob)).toBe("ok");
    await app.auth.rights.addToGroup(sue.id, "staff");
    expect(await attempt(sue.cookie, ann.id, ofAnn)).toBe("ok");
    const refused = (await audited(both)).filter(({ outcome }) => outcome === "refused");
    expect(refused.map(({ reason, subjectName }) => [reason, subjectName])).toEqual([
      ["beyond_own_rights", "bob"],
      ["beyond_own_rights", "ann"],
    ]);
  });

  test("OID-29: unlinking the last login method → refused: one's own, and the one by which the last superuser gets in", async () => {
    await using both = await startBoth(dialect);
    const { app } = both;
    const { users } = app.db.tables;
    const [ann, bob] = [await enter(both, "ann"), await enter(both, "bob")];
    await app.db.update(users).set({ isSuperuser: true });
    const identityOf = async (id: string) => (await readUser(both, ann.cookie, id)).identities[0];
    const [ofAnn, ofBob] = [await identityOf(ann.id), await identityOf(bob.id)];
    const remove = async (id: string, identity: AdminIdentity | undefined) => {
      const input = { id, identityId: identity?.id };
      const answer = await app.http("admin.user.removeIdentity", { input, cookie: ann.cookie });
      const { error } = (await answer.json()) as { error?: { data: { reason: string } } };
      return error?.data.reason ?? "ok";
    };

    // Two who may everything, each with one way in: Ann's own stays, Bob's may go.
    expect([ofAnn?.isKept, ofBob?.isKept]).toEqual([true, false]);
    expect(await remove(ann.id, ofAnn)).toBe("LAST_SIGN_IN_METHOD");
    expect(await remove(bob.id, ofBob)).toBe("ok");
    expect(await who(both, bob.cookie)).toBe(401);

    // Bob is a superuser still, and gets in no more: so Ann is the last one who does.
    const root = await makeRoot(both);
    const byRoot = async () => (await readUser(both, root.cookie, ann.id)).identities[0]?.isKept;
    expect(await byRoot()).toBe(false);
    await app.db.update(users).set({ isStaff: true, isSuperuser: false }).where(eq(users.id, root.id));
    for (const permission of ["users.view", "users.change"]) await app.auth.rights.grant(root.id, permission);
    expect(await byRoot()).toBe(true);
    const asRoot = () =>
      app.http("admin.user.removeIdentity", {
        input: { id: ann.id, identityId: ofAnn?.id },
        cookie: root.cookie,
      });
    expect((await asRoot()).status).toBe(403);
    expect(await remove(ann.id, ofAnn)).toBe("LAST_SUPERUSER");
    expect(await who(both, ann.cookie)).toBe(200);

    // Negative control: with somebody else who gets in, it goes.
    await app.db.update(users).set({ isSuperuser: true }).where(eq(users.id, root.id));
    expect((await asRoot()).status).toBe(200);
    expect(await who(both, ann.cookie)).toBe(401);
  });

  test("OID-29: of two superusers who take each other's only way in at once, one gets in still", async () => {
    await using both = await startBoth(dialect);
    const { app } = both;
    const { identities, users } = app.db.tables;
    const [ann, bob] = [await enter(both, "ann"), await enter(both, "bob")];
    await app.db.update(users).set({ isSuperuser: true });
    const all = await app.db.select().from(identities);
    const idOf = (userId: string) => all.find((row) => row.userId === userId)?.id;

    const answers = await Promise.all([
      app.http("admin.user.removeIdentity", { input: { id: bob.id, identityId: idOf(bob.id) }, cookie: ann.cookie }),
      app.http("admin.user.removeIdentity", { input: { id: ann.id, identityId: idOf(ann.id) }, cookie: bob.cookie }),
    ]);

    // Whose way in was taken is out, or finds that it is the last one left.
    expect(
      answers
        .map(({ status }) => String(status))
        .toSorted()
        .join(),
    ).toMatch(/^200,(401|409)$/);
    expect(await app.db.select().from(identities)).toHaveLength(1);
  });

  test("an identity of a provider that is not set up is told as such, lets nobody in, and can go", async () => {
    await using both = await startBoth(dialect);
    const { app } = both;
    const root = await makeRoot(both);
    const { identities } = app.db.tables;
    const id = root.id;
    const stale = { id, userId: id, provider: "gone", issuer: "https://gone.example", subject: "x" };
    await app.db.insert(identities).values({ ...stale, createdAt: new Date() });

    expect((await readUser(both, root.cookie, id)).identities).toMatchObject([
      { provider: "gone", label: "gone", isWayIn: false, isLast: false, isKept: false, lastUsedAt: null },
    ]);
    const answer = await app.http("admin.user.removeIdentity", { input: { id, identityId: id }, cookie: root.cookie });
    expect(answer.status).toBe(200);
    expect(await who(both, root.cookie)).toBe(200);
  });
});

async function enter({ app, idp }: Both, name: string): Promise<{ readonly id: string; readonly cookie: string }> {
  const { cookie } = await signInWith(idp, name, { app: app.url, as: "idp" });
  const { users } = app.db.tables;
  const [user] = await app.db.select().from(users).where(eq(users.username, name));
  return { id: user?.id ?? "", cookie };
}

async function makeRoot({ app }: Both) {
  const root = await app.signIn("root");
  const { users } = app.db.tables;
  await app.db.update(users).set({ isSuperuser: true }).where(eq(users.id, root.id));
  return root;
}

async function makeStaff({ app }: Both, username: string, ...permissions: readonly LibraryPermission[]) {
  const user = await app.signIn(username);
  const { users } = app.db.tables;
  await app.db.update(users).set({ isStaff: true }).where(eq(users.id, user.id));
  for (const permission of permissions) await app.auth.rights.grant(user.id, permission);
  return user;
}

async function readUser({ app }: Both, cookie: string, id: string): Promise<AdminUser> {
  const answer = await app.http("admin.user.get", { method: "GET", input: { id }, cookie });
  return ((await answer.json()) as { result: { data: AdminUser } }).result.data;
}

async function who({ app }: Both, cookie: string): Promise<number> {
  return (await app.http("who", { method: "GET", cookie })).status;
}

async function signInByPassword({ app }: Both, login: string, password: string): Promise<string> {
  const from = { ip: null, userAgent: null, presented: null };
  const result = await app.auth.accounts.login({ login, password }, from);
  if (result.status !== "signed-in") throw new Error(`${login} could not sign in: ${result.status}.`);
  return `${app.app.services.cookie.name}=${result.token}`;
}

async function audited({ app }: Both) {
  await app.auth.audit.flush();
  return app.auth.audit.list({ action: "admin.user.remove_identity", limit: 100 });
}
