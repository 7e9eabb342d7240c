import { setTimeout as pause } from "node:timers/promises";

import { eq } from "drizzle-orm";
import { expect, test, vi } from "vitest";

import { describeDatabases } from "@app/services/databases";
import { forUpdate } from "@countersign/db";

import { hostileAnswers } from "../identity-provider/hostile/hostile-answer.ts";
import { countWaiting, type Lockable } from "../test/row-locks.ts";
import { startOidcWorld } from "../test/start-oidc-world.ts";
import { askForToken, startRenewing } from "../test/start-renewing.ts";
import { startSecondServer } from "../test/start-second-server.ts";

const unavailable = { status: 503, reason: "PROVIDER_UNAVAILABLE" };

describeDatabases((dialect) => {
  test("a fault that shows once the provider has rotated its token costs one renewal, and not the session", async () => {
    let aheadMs = 0;
    const clock = { now: () => Date.now() + aheadMs };
    await using app = await startRenewing(dialect, {}, 30, { clock });
    const { idp } = app;
    expect((await app.ask()).token).not.toBeNull();

    await idp.rotateKeys({ keepOld: false });
    idp.answer("jwks", hostileAnswers.serverError);
    const away = await app.ask();
    expect(away).toMatchObject(unavailable);
    // Something was: the provider has made new tokens.
    expect(away.message).not.toMatch(/nothing was changed/i);
    idp.answer("jwks", null);
    // A failure is remembered for some seconds.
    aheadMs += 6000;
    expect((await app.ask()).token).not.toBeNull();

    idp.claims({ exp: 1 });
    expect(await app.ask()).toMatchObject(unavailable);
    idp.claims({ email: undefined });
    idp.answer("userinfo", hostileAnswers.serverError);
    expect(await app.ask()).toMatchObject(unavailable);
    idp.honest();
    expect((await app.ask()).token).not.toBeNull();
    expect(app.refreshes()).toBe(6);
    expect(await app.rows()).toMatchObject([{ refreshingUntil: null, version: 4 }]);
    // The control: the refresh tokens of this provider are good for one use.
    const [row] = await app.rows();
    const { providerSessions } = app.app.db.tables;
    await app.ask();
    await app.app.db.update(providerSessions).set({ refreshToken: row?.refreshToken ?? "" });
    expect((await app.ask()).status).toBe(401);
  });

  test("groups that are said at userinfo alone follow a renewal, and silence takes none away", async () => {
    const groups = { groupsClaim: "groups", groups: { works: "staff" }, scopes: ["groups", "offline_access"] };
    await using app = await startRenewing(dialect, groups, 30, { ann: { groups: ["works"] } });
    const { idp, ann } = app;
    await app.app.auth.rights.setGroup("staff", []);
    const staff = async () => (await app.app.http("staff", { method: "GET", cookie: ann.cookie })).status;
    idp.claims({ groups: undefined });
    await app.ask();
    expect(await staff()).toBe(200);
    await app.ask();
    expect(await staff()).toBe(200);

    idp.setUser({ name: "ann", groups: [] });
    await app.ask();
    expect(await staff()).toBe(403);
    idp.setUser({ name: "ann", groups: ["works"] });
    await app.ask();
    idp.change("userinfo", { groups: undefined });
    await app.ask();
    expect(await staff()).toBe(200);
    // Nor is an answer about somebody else one about her.
    idp.change("userinfo", { sub: "bob", groups: [] });
    expect(await app.ask()).toMatchObject(unavailable);
    expect(await staff()).toBe(200);
  });

  test("a mapping that fails at a renewal costs nobody the token, and leaves what was known as it is", async () => {
    let isBroken = false;
    const mapClaims = (claims: Readonly<Record<string, unknown>>) => {
      if (isBroken) throw new Error("It was not thought of.");
      return { username: String(claims["preferred_username"]), isStaff: true };
    };
    await using short = await startRenewing(dialect, { mapClaims });
    isBroken = true;
    expect((await short.ask()).token).not.toBeNull();
    expect(await short.rows()).toMatchObject([{ refreshingUntil: null }]);
    const { users } = short.app.db.tables;
    expect(await short.app.db.select().from(users)).toMatchObject([{ username: "ann", isStaff: true }]);
    expect(short.app.logged).toMatchObject([{ facts: { err: { message: "It was not thought of." } } }]);
  });

  test("what a mapping says of ranks holds at a renewal as at a sign-in, but for the last superuser", async () => {
    const mapClaims = (claims: Readonly<Record<string, unknown>>) => ({
      username: String(claims["preferred_username"]),
      isStaff: claims["title"] === "boss",
      isSuperuser: claims["title"] === "boss",
    });
    await using app = await startRenewing(dialect, { mapClaims }, 30, { ann: { claims: { title: "boss" } } });
    const { db } = app.app;
    const { users } = db.tables;
    const bob = await app.app.signIn("bob");
    await db.update(users).set({ isSuperuser: true }).where(eq(users.id, bob.id));
    const ranks = async () => {
      const [ann] = await db.select().from(users).where(eq(users.username, "ann"));
      return [ann?.isStaff, ann?.isSuperuser];
    };
    expect(await ranks()).toEqual([true, true]);
    app.idp.claims({ title: "none" });
    await app.ask();
    expect(await ranks()).toEqual([false, false]);
    const told = await app.app.auth.audit.list({ action: "admin.user.set_staff", limit: 9 });
    expect(told).toMatchObject([{ actorName: "provider idp", subjectName: "ann" }, {}]);

    app.idp.claims(null);
    await app.ask();
    await db.update(users).set({ isSuperuser: false }).where(eq(users.id, bob.id));
    app.idp.claims({ title: "none" });
    await app.ask();
    expect(await ranks()).toEqual([false, true]);
  });

  test("what no database takes, or nobody has use for, is not kept as the scope of a token", async () => {
    await using world = await startOidcWorld(dialect);
    const { app, idp } = world;
    const { providerSessions } = app.db.tables;
    for (const scope of ["openid\u0000", "\ud800", "x".repeat(100_000), "", 7, "openid email"]) {
      idp.change("token", { scope });
      const ann = await world.enter("ann");
      expect([scope, await world.who(ann.cookie)]).toEqual([scope, scope === 7 ? null : "ann"]);
    }
    const kept = (await app.db.select().from(providerSessions)).map(({ scope }) => scope);
    expect(kept).toHaveLength(5);
    expect(kept.filter((scope) => scope !== null)).toEqual(["openid email"]);
  });

  // SQLite has one writer: nothing is locked one by one.
  test.runIf(dialect.name === "postgres")(
    "a session that ends because its tokens were refused is locked before what it has of the provider, as anywhere",
    async () => {
      await using short = await startRenewing(dialect);
      const { app, idp } = short;
      const { providerSessions, sessions } = app.db.tables;
      idp.answer("token", hostileAnswers.badRequest);
      await short.endSoon();
      const asked = await app.db.transaction(async (tx) => {
        await forUpdate(tx, tx.select({ id: sessions.id }).from(sessions));
        const asking = askForToken(app.url, short.ann.cookie);
        await vi.waitFor(async () => expect(await countWaiting(app.db)).toBe(1));
        // Whoever has the session gets the rest as well: the other waits with nothing in its hands.
        const rest = tx.select({ id: providerSessions.sessionId }).from(providerSessions) as unknown as Lockable; // Drizzle's types join the dialects.
        expect(await rest.for("update", { skipLocked: true })).toHaveLength(1);
        return { asking };
      });
      expect((await asked.asking).status).toBe(401);
    },
  );

  test("a token that never lasts for a minute is renewed at half of its time, and not at each call", async () => {
    let aheadMs = 0;
    await using app = await startRenewing(dialect, {}, 60, { clock: { now: () => Date.now() + aheadMs } });
    for (let count = 0; count < 5; count += 1) expect((await app.ask()).token).not.toBeNull();
    aheadMs = 25_000;
    expect((await app.ask()).token).not.toBeNull();
    expect(app.refreshes()).toBe(0);
    aheadMs = 31_000;
    expect((await app.ask()).token).not.toBeNull();
    expect(app.refreshes()).toBe(1);
  });

  test("a provider may say of a token that it lasts for ever: it is kept until a date that there is", async () => {
    await using app = await startRenewing(dialect);
    app.idp.change("token", { expires_in: 1e15 });
    const before = Date.now();
    expect((await app.ask()).token).not.toBeNull();
    const [row] = await app.rows();
    expect(row?.accessExpiresAt?.getTime()).toBeGreaterThan(before + 300 * 86_400_000);
    expect(row?.accessExpiresAt?.getTime()).toBeLessThan(before + 400 * 86_400_000);
  });

  test("whoever is refused while another renewal was faster gets what that one brought, and the session stays", async () => {
    await using app = await startRenewing(dialect);
    const { providerSessions } = app.app.db.tables;
    const [row] = await app.rows();
    app.idp.answer("token", { ...hostileAnswers.badRequest, delayMs: 600 });
    const asked = app.ask();
    await expect.poll(() => app.refreshes()).toBe(1);
    await app.app.db
      .update(providerSessions)
      .set({ accessExpiresAt: new Date(Date.now() + 60_000), version: (row?.version ?? 0) + 1, refreshingUntil: null });
    const answer = await asked;
    expect([answer.status, answer.token === null]).toEqual([200, false]);
    expect((await app.app.http("who", { method: "GET", cookie: app.ann.cookie })).status).toBe(200);
  });

  test.each([0, 300_000, -45_000])(
    "two servers renew a token once for all who ask them, their clocks %d ms apart",
    async (aheadMs) => {
      await using database = await dialect.create();
      const shared = { create: async () => ({ url: database.url, async [Symbol.asyncDispose]() {} }) };
      await using app = await startRenewing(shared, {}, 3600);
      const { idp, ann, keys } = app;
      const { issuer, clientId, clientSecret } = idp;
      const key = Buffer.from(keys[0] ?? []).toString("base64url");
      const given = { databaseUrl: database.url, idp: { issuer, clientId, clientSecret }, key, aheadMs };
      await using second = await startSecondServer(given);
      const from = (url: string) => Array.from({ length: 4 }, () => askForToken(url, ann.cookie));
      idp.answer("token", hostileAnswers.slow(400));
      let before = (await askForToken(second.url, ann.cookie)).token;
      expect(before).not.toBeNull();

      // In the first the second server has to ask where the provider is, so that the others come before it.
      for (const round of [1, 2]) {
        await app.endSoon();
        const answers = await Promise.all([...from(app.app.url), ...from(second.url)]);
        expect(app.refreshes()).toBe(round);
        expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
        const [token, ...others] = new Set(answers.map((answer) => answer.token));
        expect(others).toEqual([]);
        expect(token).not.toBe(before);
        before = token ?? null;
      }
    },
    60_000,
  );

  test("REL-38: a provider that lets people wait holds up nothing but what needs it, is asked once, and not again until the lock is over", async () => {
    let aheadMs = 0;
    await using app = await startRenewing(dialect, {}, 30, { clock: { now: () => Date.now() + aheadMs } });
    const { idp, ann } = app;
    idp.answer("token", hostileAnswers.slow(30_000));
    await app.endSoon();
    const from = performance.now();
    let isOver = false;
    const asked = Promise.all(Array.from({ length: 60 }, () => askForToken(app.app.url, ann.cookie)));
    const answers = asked.finally(() => (isOver = true));
    const waits: number[] = [];
    while (!isOver) {
      const begun = performance.now();
      expect((await app.app.http("who", { method: "GET", cookie: ann.cookie })).status).toBe(200);
      waits.push(performance.now() - begun);
      await pause(50);
    }
    for (const answer of await answers) expect(answer).toMatchObject(unavailable);
    expect(performance.now() - from).toBeLessThan(11_000);
    expect(waits.length).toBeGreaterThan(20);
    // Before it was ten seconds: those who waited had all the turns that Ann has.
    expect(Math.max(...waits)).toBeLessThan(2000);
    expect(app.refreshes()).toBe(1);

    const again = performance.now();
    expect(await app.ask()).toMatchObject(unavailable);
    expect(performance.now() - again).toBeLessThan(1000);
    // What was asked may still be done there: nobody shows the same token until the lock is over.
    const [row] = await app.rows();
    expect(row?.refreshingUntil?.getTime()).toBeGreaterThan(Date.now() + 1000);
    aheadMs = 6000;
    const waiting = app.ask();
    await pause(500);
    expect(app.refreshes()).toBe(1);
    // It is over. What was asked has been done, so that the token is taken for a stolen one.
    idp.honest();
    await app.app.db.update(app.app.db.tables.providerSessions).set({ refreshingUntil: new Date(Date.now() - 1000) });
    expect((await waiting).status).toBe(401);
    expect(app.refreshes()).toBe(2);
  }, 60_000);
});
