import { expect, test } from "vitest";

import { describeDatabases } from "@app/services/databases";

import { hostileAnswers } from "../identity-provider/hostile/hostile-answer.ts";
import { signInWith } from "../identity-provider/sign-in-with.ts";
import { startRenewing } from "../test/start-renewing.ts";

describeDatabases((dialect) => {
  test("a provider's token is the session's own: kept encrypted, in no answer, and nobody else's", async () => {
    const heard: unknown[] = [];
    await using short = await startRenewing(
      dialect,
      { onTokens: (tokens, of) => void heard.push({ ...tokens, ...of }) },
      3600,
    );
    const { app, ann, idp } = short;
    const { token } = await short.ask();
    expect(token).toMatch(/^[\w-]{20,}$/);
    expect(short.refreshes()).toBe(0);
    expect(heard).toMatchObject([{ accessToken: token, provider: "idp" }]);

    const [row] = await short.rows();
    const [kept, logged] = [JSON.stringify(row), JSON.stringify(app.logged)];
    for (const secret of [token ?? "", ...idpTokens(idp)]) {
      expect(kept).not.toContain(secret);
      expect(logged).not.toContain(secret);
    }
    const me = await (await app.http("session.me", { method: "GET", cookie: ann.cookie })).text();
    expect(me).not.toContain(token);
    const bob = await app.signIn("local");
    expect(await short.ask(bob.cookie)).toMatchObject({ status: 200, token: null });

    // Sealed for its row: in another one it opens nothing.
    const other = await signInWith(idp, "bob", { app: app.url, as: "idp" });
    const { providerSessions } = app.db.tables;
    await app.db.update(providerSessions).set({ accessToken: row?.accessToken ?? "" });
    expect(await short.ask(other.cookie)).toMatchObject({ token: null });
    expect((await short.ask()).token).toBe(token);
    // Nor in another column of its own.
    await app.db.update(providerSessions).set({ accessToken: row?.refreshToken ?? "" });
    expect((await short.ask()).token).toBeNull();
  });

  test("a token about to end is renewed, once for many who ask at the same time", async () => {
    await using short = await startRenewing(dialect, {}, 3600);
    const { providerSessions } = short.app.db.tables;
    const old = (await short.ask()).token;
    await short.app.db.update(providerSessions).set({ accessExpiresAt: new Date(Date.now() + 61_000) });
    expect((await short.ask()).token).toBe(old);
    expect(short.refreshes()).toBe(0);

    await short.app.db.update(providerSessions).set({ accessExpiresAt: new Date(Date.now() + 55_000) });
    const asked = await Promise.all(Array.from({ length: 8 }, () => short.ask()));
    expect(short.refreshes()).toBe(1);
    expect(new Set(asked.map(({ status }) => status))).toEqual(new Set([200]));
    expect(new Set(asked.map(({ token }) => token)).size).toBe(1);
    expect(asked[0]?.token).not.toBe(old);
    // Whoever died at it is not waited for for ever.
    const dead = { accessExpiresAt: new Date(Date.now() + 1000), refreshingUntil: new Date(Date.now() + 700) };
    await short.app.db.update(providerSessions).set(dead);
    expect((await short.ask()).status).toBe(200);
    expect(short.refreshes()).toBe(2);
    expect(await short.rows()).toMatchObject([{ refreshingUntil: null }]);
  });

  test("a refresh token that is refused ends the session, its socket too, or by policy only what is kept of the provider", async () => {
    await using short = await startRenewing(dialect);
    await using socket = await short.app.open(short.ann.cookie);
    await short.idp.endSession("ann");
    // The provider told of it by back-channel as well; this is about who was not told.
    await using kept = await startRenewing(dialect, { onRefreshFailure: "keep" });
    kept.idp.answer("token", hostileAnswers.badRequest);
    expect(await kept.ask()).toMatchObject({ status: 200, token: null });
    expect(await kept.rows()).toMatchObject([{ accessToken: null, refreshToken: null }]);
    expect((await kept.app.http("who", { method: "GET", cookie: kept.ann.cookie })).status).toBe(200);
    expect(kept.refreshes()).toBe(1);
    expect((await kept.ask()).token).toBeNull();
    expect((await socket.closed).code).toBe(4401);

    await using ended = await startRenewing(dialect);
    await using watched = await ended.app.open(ended.ann.cookie);
    ended.idp.answer("token", hostileAnswers.badRequest);
    expect(await ended.ask()).toMatchObject({ status: 401 });
    expect((await watched.closed).reason).toBe("provider_ended");
    expect((await ended.app.http("who", { method: "GET", cookie: ended.ann.cookie })).status).toBe(401);
  });

  test("a provider that does not answer costs nobody the session", async () => {
    await using short = await startRenewing(dialect);
    short.idp.away(true);
    expect(await short.ask()).toMatchObject({ status: 503, reason: "PROVIDER_UNAVAILABLE" });
    short.idp.honest();
    expect((await short.ask()).token).not.toBeNull();
    expect(await short.rows()).toMatchObject([{ refreshingUntil: null }]);
    for (const answer of [hostileAnswers.serverError, hostileAnswers.html, hostileAnswers.cut]) {
      short.idp.answer("token", answer);
      expect(await short.ask()).toMatchObject({ status: 503, reason: "PROVIDER_UNAVAILABLE" });
    }
    expect((await short.app.http("who", { method: "GET", cookie: short.ann.cookie })).status).toBe(200);
  });

  test("a renewed ID token about somebody else is refused, and groups follow a renewal", async () => {
    await using short = await startRenewing(dialect, { groupsClaim: "groups", groups: { works: "staff" } });
    const { app, idp, ann } = short;
    await app.auth.rights.setGroup("staff", []);
    const staff = async () => (await app.http("staff", { method: "GET", cookie: ann.cookie })).status;
    expect(await staff()).toBe(403);
    idp.claims({ groups: ["works"] });
    expect((await short.ask()).token).not.toBeNull();
    expect(await staff()).toBe(200);
    idp.claims({ groups: [] });
    await short.ask();
    expect(await staff()).toBe(403);

    idp.claims({ sub: "bob", groups: ["works"] });
    expect(await short.ask()).toMatchObject({ status: 503 });
    expect(await staff()).toBe(403);
  });
});

/** What went over the wire to the provider as a secret. */
function idpTokens(idp: { readonly clientSecret: string | null }): readonly string[] {
  return idp.clientSecret === null ? [] : [idp.clientSecret];
}
