import { desc, eq } from "drizzle-orm";
import { expect, test } from "vitest";

import { describeDatabases } from "@app/services/databases";
import { RawSocket } from "@countersign/rpc/testing";

import { hostileAnswers } from "../identity-provider/hostile/hostile-answer.ts";
import { startHostileProvider } from "../identity-provider/hostile/start-hostile-provider.ts";
import { signInWith } from "../identity-provider/sign-in-with.ts";
import { startOidcApp } from "../test/start-oidc-app.ts";
import { startRenewing } from "../test/start-renewing.ts";
import { startSecondServer } from "../test/start-second-server.ts";

/** Rounds as short as they can be. Tokens that were just renewed are good for an hour. */
const settings = { OIDC_RENEW_SECONDS: 1 };
const lifetimeSeconds = 3600;
const patience = { timeout: 8000 };

/** How often the tokens of each session were kept, the seldom first. */
async function versionsOf(app: Awaited<ReturnType<typeof startRenewing>>): Promise<readonly number[]> {
  return (await app.rows()).map(({ version }) => version).toSorted((one, other) => one - other);
}

describeDatabases((dialect) => {
  const start = (provider: Parameters<typeof startRenewing>[1] = {}, given: Parameters<typeof startRenewing>[3] = {}) =>
    startRenewing(dialect, provider, lifetimeSeconds, { settings, ...given });

  test("whom the provider has removed is out on an open socket that asks for nothing, and others stay", async () => {
    await using app = await start();
    const { idp, ann } = app;
    const bob = await signInWith(idp, "bob", { app: app.app.url, as: "idp" });
    await using watching = await app.app.open(ann.cookie);
    await using others = await app.app.open(bob.cookie);
    await watching.subscribe("session.snapshot");
    idp.removeUser("ann");
    await app.endSoon();

    expect(await watching.closed).toMatchObject({ code: 4401, reason: "provider_ended" });
    expect((await app.app.http("who", { method: "GET", cookie: ann.cookie })).status).toBe(401);
    await expect.poll(app.refreshes, patience).toBe(2);
    expect(await others.query("who")).toHaveProperty("result.data", "bob");
    expect(await app.rows()).toHaveLength(1);
    const told = await app.app.auth.audit.list({ action: "auth.oidc.refresh", limit: 9 });
    expect(told).toMatchObject([{ outcome: "refused", reason: "invalid_grant", actorName: "ann" }]);
  });

  test("where the policy keeps sessions, nothing is asked any more once the provider has refused", async () => {
    await using app = await start({ onRefreshFailure: "keep" });
    await using watching = await app.app.open(app.ann.cookie);
    app.idp.removeUser("ann");
    await app.endSoon();
    await expect.poll(app.rows, patience).toMatchObject([{ accessToken: null, refreshToken: null }]);
    expect(await watching.query("who")).toHaveProperty("result.data", "ann");
    expect(app.refreshes()).toBe(1);
  });

  test("a group that the provider gives or takes is a right, or none, on an open screen that asks for nothing", async () => {
    await using app = await start({ groupsClaim: "groups", groups: { works: "staff" } });
    await app.app.auth.rights.setGroup("staff", ["users.view"]);
    await using socket = await app.app.open(app.ann.cookie);
    const id = await socket.subscribe("session.snapshot");
    await socket.data(id, 1);
    const shown = () => JSON.stringify(socket.dataOf(id).at(-1)).includes("users.view");
    expect(shown()).toBe(false);
    app.idp.claims({ groups: ["works"] });
    await app.endSoon();
    await expect.poll(shown, patience).toBe(true);
    expect(await socket.query("staff")).toHaveProperty("result");
    app.idp.claims({ groups: [] });
    await app.endSoon();
    await expect.poll(shown, patience).toBe(false);
    expect(await socket.query("staff")).toHaveProperty("error.data.code", "FORBIDDEN");
  });

  test("whoever is gone is not renewed, and whoever comes back is within a round, by any call", async () => {
    await using app = await start();
    const bob = await signInWith(app.idp, "bob", { app: app.app.url, as: "idp" });
    await using _watching = await app.app.open(bob.cookie);
    for (const round of [1, 2]) {
      await app.endSoon();
      await expect.poll(() => versionsOf(app), patience).toEqual([1, 1 + round]);
    }
    expect(app.refreshes()).toBe(2);

    // A call that does not count as use of the session, too.
    expect((await app.app.http("session.me", { method: "GET", cookie: app.ann.cookie })).status).toBe(200);
    await expect.poll(async () => (await versionsOf(app))[0], patience).toBe(2);
  });

  test("a session that is over, or whose user is switched off, is not renewed, though it was used a moment ago", async () => {
    await using app = await start();
    const { auth, db } = app.app;
    const { sessions, users } = db.tables;
    for (let more = 0; more < 2; more += 1) await signInWith(app.idp, "bob", { app: app.app.url, as: "idp" });
    await db.update(users).set({ isActive: false }).where(eq(users.username, "ann"));
    const [over] = await db.select().from(sessions).orderBy(desc(sessions.createdAt)).limit(1);
    const expiresAt = new Date(Date.now() - 1000);
    await db
      .update(sessions)
      .set({ expiresAt })
      .where(eq(sessions.id, over?.id ?? ""));
    const ids = (await app.rows()).map(({ sessionId }) => sessionId);
    expect(ids).toHaveLength(3);
    for (const round of [1, 2]) {
      await app.endSoon();
      for (const id of ids) auth.oidc.noteUse(id);
      await expect.poll(() => versionsOf(app), patience).toEqual([1, 1, 1 + round]);
    }
    expect(app.refreshes()).toBe(2);
  });

  test("a server that stops keeps what the provider answers to a renewal it has begun", async () => {
    await using app = await start();
    await using _watching = await app.app.open(app.ann.cookie);
    app.idp.answer("token", hostileAnswers.slow(700));
    await app.endSoon();
    await expect.poll(app.refreshes, patience).toBe(1);
    await app.app.app.close({ drainMs: 0, finishMs: 0 });
    expect(await app.rows()).toMatchObject([{ version: 2, refreshingUntil: null }]);
  });

  test("what is switched off, for all or for one provider, renews nothing", async () => {
    await using on = await start();
    await using off = await start({}, { settings: { OIDC_RENEW_SECONDS: 0 } });
    await using unasked = await start({ renewUnasked: false });
    const all = [on, off, unasked];
    await using _one = await on.app.open(on.ann.cookie);
    await using _two = await off.app.open(off.ann.cookie);
    await using _three = await unasked.app.open(unasked.ann.cookie);
    for (const round of [1, 2]) {
      await Promise.all(all.map((app) => app.endSoon()));
      await expect.poll(() => versionsOf(on), patience).toEqual([1 + round]);
    }
    expect([off.refreshes(), unasked.refreshes()]).toEqual([0, 0]);
    // It is there for whoever asks.
    expect((await off.ask()).token).not.toBeNull();
    expect((await unasked.ask()).token).not.toBeNull();
    expect([off.refreshes(), unasked.refreshes()]).toEqual([1, 1]);
  });

  test("a session whose renewal fails is left alone for a while, and others of the provider are not", async () => {
    const from = Date.now();
    let aheadMs = 0;
    await using app = await start({}, { clock: { now: () => from + aheadMs } });
    const bob = await signInWith(app.idp, "bob", { app: app.app.url, as: "idp" });
    await using _ann = await app.app.open(app.ann.cookie);
    app.idp.away(true);
    await app.endSoon();
    await expect.poll(app.refreshes, patience).toBe(1);
    await expect.poll(() => app.app.logged.length, patience).toBe(1);
    app.idp.honest();

    await using _bob = await app.app.open(bob.cookie);
    for (const round of [1, 2]) {
      await app.endSoon();
      await expect.poll(() => versionsOf(app), patience).toEqual([1, 1 + round]);
    }
    expect(app.refreshes()).toBe(3);
    aheadMs = 1100;
    await expect.poll(async () => (await versionsOf(app))[0], patience).toBe(2);
  });

  test("a provider that fails whoever asks is left alone after three, however many there are", async () => {
    const from = Date.now();
    await using app = await start({}, { clock: { now: () => from } });
    const { idp } = app;
    for (let more = 0; more < 20; more += 1) await signInWith(idp, "bob", { app: app.app.url, as: "idp" });
    const ids = (await app.rows()).map(({ sessionId }) => sessionId);
    expect(ids).toHaveLength(21);
    idp.answer("token", hostileAnswers.serverError);
    await app.endSoon();
    for (const id of ids) app.app.auth.oidc.noteUse(id);
    await expect.poll(() => app.app.logged.length, patience).toBeGreaterThan(2);
    await expect.poll(() => app.app.logged.length - app.refreshes(), patience).toBe(0);
    // Three on end, and those that had been begun by then: eight at once.
    expect(app.refreshes()).toBeLessThan(11);
  });

  test("a provider that takes its time holds up nobody who came by another one", async () => {
    await using slow = await startHostileProvider({ users: [{ name: "ann" }] });
    await using quick = await startHostileProvider({ users: [{ name: "bob" }] });
    const scopes = ["offline_access"];
    const { issuer, clientId, clientSecret } = quick;
    const others = [{ name: "quick", issuer, clientId, clientSecret, scopes }];
    await using app = await startOidcApp(dialect, slow, { settings, provider: { scopes }, others });
    // One more than are asked about at once.
    for (let more = 0; more < 9; more += 1) await signInWith(slow, "ann", { app: app.url, as: "idp" });
    await signInWith(quick, "bob", { app: app.url, as: "quick" });
    const { providerSessions } = app.db.tables;
    const rowsOf = (provider: string) =>
      app.db.select().from(providerSessions).where(eq(providerSessions.provider, provider));
    slow.answer("token", hostileAnswers.slow(7000));
    for (const [provider, leftMs] of [
      ["idp", 10_000],
      ["quick", 20_000],
    ] as const) {
      const accessExpiresAt = new Date(Date.now() + leftMs);
      await app.db.update(providerSessions).set({ accessExpiresAt }).where(eq(providerSessions.provider, provider));
    }
    for (const { sessionId } of await app.db.select().from(providerSessions)) app.auth.oidc.noteUse(sessionId);

    await expect.poll(() => rowsOf("quick"), { timeout: 5000 }).toMatchObject([{ version: 2 }]);
    const waiting = await rowsOf("idp");
    expect(waiting.map(({ version }) => version)).toEqual(Array.from({ length: 9 }, () => 1));
    expect(waiting.filter(({ refreshingUntil }) => refreshingUntil !== null)).toHaveLength(8);
  }, 60_000);

  test("two servers that somebody watches on renew a token once", async () => {
    await using database = await dialect.create();
    const shared = { create: async () => ({ url: database.url, async [Symbol.asyncDispose]() {} }) };
    await using app = await startRenewing(shared, {}, lifetimeSeconds, { settings });
    const { idp, ann, keys } = app;
    const { issuer, clientId, clientSecret } = idp;
    const key = Buffer.from(keys[0] ?? []).toString("base64url");
    const given = { databaseUrl: database.url, idp: { issuer, clientId, clientSecret }, key, aheadMs: 0, settings };
    await using second = await startSecondServer(given);
    await using _here = await app.app.open(ann.cookie);
    await using there = await RawSocket.open({ url: `${second.url}/trpc`, cookie: ann.cookie });
    // Long enough for the other's round to come upon it.
    idp.answer("token", hostileAnswers.slow(1500));
    for (const round of [1, 2, 3]) {
      await app.endSoon();
      await expect.poll(app.rows, patience).toMatchObject([{ refreshingUntil: null, version: 1 + round }]);
      expect(app.refreshes()).toBe(round);
    }
    expect(await there.query("who")).toHaveProperty("result.data", "ann");
  }, 60_000);
});
