import { eq } from "drizzle-orm";
import { expect, test } from "vitest";

import { sqliteDialect } from "@app/services/databases";
import type { Hint } from "@countersign/bus";
import { defaultSettings, type Settings } from "@countersign/contract";

import type { AdminCall } from "./admin/admin.ts";
import type { Mail } from "./mail/mailer.ts";
import { createOperator } from "./operator/create-operator.ts";
import { hashToken } from "./session/token.ts";
import { tokenIn } from "./test/mailer.ts";
import { nowhere, openTestAuth, type SignedIn, type TestAuth, testPassword, testUrl } from "./test/open-auth.ts";

/** Whose access is changed, by whom, and what there is to take away. */
interface Scene {
  readonly app: TestAuth;
  readonly ann: SignedIn;
  readonly groupId: string;
  readonly call: AdminCall;
  readonly operator: ReturnType<typeof createOperator>;
}

type Way = (scene: Scene) => Promise<unknown>;

/** Every way in which this package changes what somebody may do, or for how long, by the name of its function. */
const ways: Readonly<Record<string, Way>> = {
  "sessions.rotate": ({ app, ann }) =>
    app.db.transaction((tx) => app.auth.sessions.rotate(tx, ann.principal.session.id)),
  "sessions.end": ({ app, ann }) => app.db.transaction((tx) => app.auth.sessions.end(tx, { userId: ann.id }, "ended")),
  "accounts.logout": ({ app, ann }) => app.auth.accounts.logout(hashToken(ann.token)),
  "accounts.stepUp": ({ app, ann }) => app.auth.accounts.stepUp({ password: testPassword }, fromOf(ann)),
  "accounts.changePassword": ({ app, ann }) =>
    app.auth.accounts.changePassword({ current: testPassword, password: "another horse battery" }, fromOf(ann)),
  "accounts.setPassword": async ({ app, ann }) => {
    const { users } = app.db.tables;
    await app.db.update(users).set({ passwordHash: null }).where(eq(users.id, ann.id));
    return app.auth.accounts.setPassword({ password: "another horse battery" }, fromOf(ann));
  },
  "accounts.deleteAccount": ({ app, ann }) => app.auth.accounts.deleteAccount({ password: testPassword }, fromOf(ann)),
  "accounts.setActive": ({ app, ann }) => app.auth.accounts.setActive(ann.id, false),
  "accounts.updateProfile": ({ app, ann }) =>
    app.db.transaction((tx) => app.auth.accounts.updateProfile(tx, { firstName: "Anna" }, fromOf(ann))),
  "links.resetPassword": async ({ app }) => {
    await app.auth.links.requestPasswordReset({ email: "ann@example.com" }, nowhere);
    const token = tokenIn((await app.takeMails()).at(-1));
    return app.auth.links.resetPassword({ token, password: "another horse battery" }, nowhere);
  },
  "links.verifyEmail": async ({ app }) => {
    await app.auth.links.resendVerification({ email: "ann@example.com" }, nowhere);
    return app.auth.links.verifyEmail({ token: tokenIn((await app.takeMails()).at(-1)) }, nowhere);
  },
  "links.confirmEmailChange": (scene) => changeAddress(scene),
  "links.revertEmailChange": async (scene) => {
    const told = (await changeAddress(scene)).find(({ to }) => to === "ann@example.com");
    return scene.app.auth.links.revertEmailChange({ token: tokenIn(told) }, nowhere);
  },
  "rights.grant": ({ app, ann }) => app.auth.rights.grant(ann.id, "notes.view"),
  "rights.withdraw": ({ app, ann }) => app.auth.rights.withdraw(ann.id, "notes.change"),
  "rights.setGroup": ({ app }) => app.auth.rights.setGroup("Editors", []),
  "rights.removeGroup": ({ app }) => app.auth.rights.removeGroup("Editors"),
  "rights.addToGroup": async ({ app, ann }) => {
    await app.auth.rights.setGroup("Others", ["notes.view"]);
    return app.auth.rights.addToGroup(ann.id, "Others");
  },
  "rights.removeFromGroup": ({ app, ann }) => app.auth.rights.removeFromGroup(ann.id, "Editors"),
  "admin.users.update": async ({ app, call, ann }) =>
    app.auth.admin.users.update(call, { id: ann.id, version: await versionOf(app, ann.id), email: "new@example.com" }),
  "admin.users.setActive": ({ app, call, ann }) => app.auth.admin.users.setActive(call, { id: ann.id, value: false }),
  "admin.users.setStaff": ({ app, call, ann }) => app.auth.admin.users.setStaff(call, { id: ann.id, value: false }),
  "admin.users.setSuperuser": ({ app, call, ann }) =>
    app.auth.admin.users.setSuperuser(call, { id: ann.id, value: true }),
  "admin.users.setPermissions": ({ app, call, ann }) =>
    app.auth.admin.users.setPermissions(call, { id: ann.id, permissions: [] }),
  "admin.users.setGroups": ({ app, call, ann }) => app.auth.admin.users.setGroups(call, { id: ann.id, groupIds: [] }),
  "admin.users.endSessions": ({ app, call, ann }) => app.auth.admin.users.endSessions(call, ann.id),
  "admin.users.remove": ({ app, call, ann }) => app.auth.admin.users.remove(call, ann.id),
  "admin.groups.update": async ({ app, call, groupId }) => {
    const { version = 0 } = (await app.auth.admin.groups.find(groupId)) ?? {};
    return app.auth.admin.groups.update(call, { id: groupId, version, permissions: [] });
  },
  "admin.groups.remove": ({ app, call, groupId }) => app.auth.admin.groups.remove(call, groupId),
  "admin.sessions.end": ({ app, call, ann }) => app.auth.admin.sessions.end(call, ann.principal.session.id),
  "operator.setRank": ({ operator, ann }) => operator.setRank(ann.id, { isStaff: false }),
  "operator.setActive": ({ operator, ann }) => operator.setActive(ann.id, false),
  "operator.setPassword": ({ operator, ann }) => operator.setPassword(ann.id, "another horse battery"),
  "operator.removeUser": ({ operator, ann }) => operator.removeUser(ann.id),
  "operator.endSession": ({ operator, ann }) => operator.endSession(ann.principal.session.id),
  "operator.endSessions": ({ operator, ann }) => operator.endSessions(ann.id),
  "operator.endSessionsFrom": async ({ app, ann, operator }) => {
    const { identities, providerSessions } = app.db.tables;
    const identity = { id: "an identity", provider: "works", issuer: "https://works.example", subject: "ann" };
    await app.db.insert(identities).values({ ...identity, userId: ann.id, createdAt: new Date() });
    const began = { sessionId: ann.principal.session.id, identityId: identity.id, provider: "works" };
    await app.db.insert(providerSessions).values(began);
    return operator.endSessionsFrom("works");
  },
  "operator.endAllSessions": ({ operator }) => operator.endAllSessions(),
};

const settings = { EMAIL_VERIFICATION: "optional" } as const satisfies Partial<Settings>;

test.each(Object.entries(ways))("%s: of every user and session it changes the others are told", async (_, take) => {
  await using app = await openTestAuth(sqliteDialect, settings);
  const scene = await setScene(app);
  const before = await readAccess(app);
  app.hints.length = 0;

  await take(scene);

  const after = await readAccess(app);
  const expected = findExpected(before, after);
  expect(expected.length).toBeGreaterThan(0);
  expect(expected.filter((one) => !isTold(one, app.hints))).toEqual([]);
});

/** What makes something, reads, or cleans up: nobody loses anything by it. What providers have to do with it has suites of its own. */
const takesNothing = [
  "accounts.login",
  "accounts.profile",
  "accounts.register",
  "admin.groups.create",
  "admin.groups.find",
  "admin.groups.list",
  "admin.groups.rows",
  "admin.sessions.list",
  "admin.sessions.rows",
  "admin.users.create",
  "admin.users.find",
  "admin.users.list",
  "admin.users.rows",
  "admin.users.sendReset",
  "links.describeLink",
  "links.prune",
  "links.requestEmailChange",
  "links.requestPasswordReset",
  "links.resendVerification",
  "links.sendPasswordReset",
  "links.withdrawEmailChange",
  "operator.createUser",
  "operator.findUser",
  "operator.flush",
  "operator.listSessions",
  "operator.listUsers",
  "operator.pruneSessions",
  "sessions.create",
  "sessions.explainEnd",
  "sessions.explainToken",
  "sessions.list",
  "sessions.prune",
  "sessions.touch",
  "sessions.validate",
];
const ofProviders = /^(?:admin\.users|operator)\.(?:removeIdentity|listIdentities)$/;

test("whoever adds a way to change access says here what it changes", async () => {
  await using app = await openTestAuth(sqliteDialect);
  const { sessions, accounts, links, rights, admin } = app.auth;
  const { operator } = await setScene(app);
  const parts = {
    sessions,
    accounts,
    links,
    rights,
    "admin.users": admin.users,
    "admin.groups": admin.groups,
    "admin.sessions": admin.sessions,
    operator,
  };
  const offered = Object.entries(parts).flatMap(([part, functions]) =>
    Object.entries(functions).flatMap(([name, value]) => (typeof value === "function" ? [`${part}.${name}`] : [])),
  );

  const known = offered.filter((name) => !ofProviders.test(name));
  expect(known.toSorted()).toEqual([...Object.keys(ways), ...takesNothing].toSorted());
});

/** Negative control: the same change past everything that tells. */
test("a change that nobody tells of is found", async () => {
  await using app = await openTestAuth(sqliteDialect);
  const { ann } = await setScene(app);
  const before = await readAccess(app);
  app.hints.length = 0;

  const { users, sessions } = app.db.tables;
  await app.db.update(users).set({ isStaff: false }).where(eq(users.id, ann.id));
  await app.db.delete(sessions).where(eq(sessions.id, ann.principal.session.id));

  const after = await readAccess(app);
  expect(findExpected(before, after).filter((one) => !isTold(one, app.hints))).toEqual([
    { kind: "user", id: ann.id },
    { kind: "sessions-ended", id: ann.principal.session.id },
  ]);
});

/** Ann may something by herself, something by a group, has two sessions, and is not the only one there. */
async function setScene(app: TestAuth): Promise<Scene> {
  const ann = await app.register("Ann", "ann@example.com");
  const root = await app.register("Root");
  const { users } = app.db.tables;
  await app.db.update(users).set({ isStaff: true }).where(eq(users.id, ann.id));
  await app.db.update(users).set({ isStaff: true, isSuperuser: true }).where(eq(users.id, root.id));
  await app.auth.rights.grant(ann.id, "notes.change");
  const groupId = await app.auth.rights.setGroup("Editors", ["notes.remove"]);
  await app.auth.rights.addToGroup(ann.id, "Editors");
  await app.auth.accounts.login({ login: "Ann", password: testPassword }, nowhere);
  await app.takeMails();
  const principal = await app.validate(root.token);
  if (principal === null) throw new Error("Root is signed in.");
  const call: AdminCall = {
    principal,
    from: nowhere,
    transaction: (body, { lockFirst }) =>
      app.db.transaction(async (tx) => {
        await lockFirst(tx);
        return body(tx);
      }),
  };
  const actor = { id: null, name: "an operator" };
  const operator = createOperator({ ...app, settings: defaultSettings, publicUrl: testUrl, actor });
  return { app, ann, groupId, call, operator };
}

function fromOf({ token, principal }: SignedIn) {
  return { ip: null, userAgent: null, principal, tokenHash: hashToken(token) ?? "" };
}

/** The mails of it. */
async function changeAddress({ app, ann }: Scene): Promise<readonly Mail[]> {
  const { users } = app.db.tables;
  await app.db
    .update(users)
    .set({ emailVerifiedAt: new Date(app.clock.now()) })
    .where(eq(users.id, ann.id));
  const from = { ip: null, userAgent: null, principal: ann.principal };
  await app.auth.links.requestEmailChange({ email: "new@example.com" }, from, (body) => app.db.transaction(body));
  const token = tokenIn((await app.takeMails()).find(({ to }) => to === "new@example.com"));
  await app.auth.links.confirmEmailChange({ token }, nowhere);
  return app.takeMails();
}

async function versionOf({ db }: TestAuth, userId: string): Promise<number> {
  const { users } = db.tables;
  const [row] = await db.select({ version: users.version }).from(users).where(eq(users.id, userId));
  return row?.version ?? Number.NaN;
}

interface Access {
  /** Of each user: triggers raise it with every change of the row, the permissions and the groups. */
  readonly versions: ReadonlyMap<string, number>;
  /** Of each session. */
  readonly tokens: ReadonlyMap<string, string>;
}

async function readAccess({ db }: TestAuth): Promise<Access> {
  const { users, sessions } = db.tables;
  const versions = await db.select({ id: users.id, version: users.version }).from(users);
  const tokens = await db.select({ id: sessions.id, tokenHash: sessions.tokenHash }).from(sessions);
  return {
    versions: new Map(versions.map(({ id, version }) => [id, version])),
    tokens: new Map(tokens.map(({ id, tokenHash }) => [id, tokenHash])),
  };
}

interface Expected {
  readonly kind: "user" | "sessions-ended" | "session-rotated";
  readonly id: string;
}

/** What has to be told of the change from one state to the other. */
function findExpected(before: Access, after: Access): Expected[] {
  const changed = Array.from(before.versions).filter(([id, version]) => after.versions.get(id) !== version);
  const other = Array.from(before.tokens).filter(([id, token]) => after.tokens.get(id) !== token);
  return [
    ...changed.map(([id]) => ({ kind: "user", id }) as const),
    ...other.map(([id]) => ({ kind: after.tokens.has(id) ? "session-rotated" : "sessions-ended", id }) as const),
  ];
}

/** The end of a user is told as the end of their sessions, or by name. */
function isTold({ kind, id }: Expected, hints: readonly Hint[]): boolean {
  return hints.some((hint) => {
    if (hint.kind !== kind) return false;
    if (hint.kind === "user") return hint.userId === id;
    return hint.kind === "sessions-ended" ? hint.sessionIds.includes(id) : "sessionId" in hint && hint.sessionId === id;
  });
}
