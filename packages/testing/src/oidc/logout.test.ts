import { expect, test } from "vitest";

import { describeDatabases } from "@app/services/databases";

import { hostileAnswers } from "../identity-provider/hostile/hostile-answer.ts";
import { type HostileProvider, startHostileProvider } from "../identity-provider/hostile/start-hostile-provider.ts";
import { openPlainBrowser } from "../identity-provider/plain-browser.ts";
import { signInAtProvider, signInWith } from "../identity-provider/sign-in-with.ts";
import { startOidcApp, startVisit } from "../test/start-oidc-app.ts";

describeDatabases((dialect) => {
  async function startLeaving(provider: Parameters<typeof startOidcApp>[2] = { provider: { logout: "provider" } }) {
    const idp = await startHostileProvider({ users: [{ name: "ann" }, { name: "bob" }] });
    const app = await startOidcApp(dialect, idp, provider);
    return {
      idp,
      app,
      enter: (name: string) => signInWith(idp, name, { app: app.url, as: "idp" }),
      who: async (cookie: string) => (await app.http("who", { method: "GET", cookie })).status,
      tell: (token: string, provider_ = "idp", headers: Record<string, string> = {}) =>
        fetch(`${app.url}/auth/oidc/${provider_}/backchannel-logout`, {
          method: "POST",
          headers,
          body: new URLSearchParams({ logout_token: token }),
        }),
      async [Symbol.asyncDispose]() {
        await app[Symbol.asyncDispose]();
        await idp[Symbol.asyncDispose]();
      },
    };
  }

  test("OID-32: logout with end_session: post_logout URI fixed, `id_token_hint` sent, state checked", async () => {
    await using leaving = await startLeaving();
    const { app, idp } = leaving;
    const ann = await leaving.enter("ann");
    const left = (await ann.browser.mutate(app.url, "auth.logout", {})) as { session: string; redirectTo?: string };

    expect(left.session).toBe("ended");
    expect(await leaving.who(ann.cookie)).toBe(401);
    const url = new URL(left.redirectTo ?? "");
    expect(url.origin).toBe(idp.issuer);
    expect(url.searchParams.get("post_logout_redirect_uri")).toBe(`${app.url}/auth/oidc/idp/logged-out`);
    expect(url.searchParams.get("client_id")).toBe(idp.clientId);
    expect(url.searchParams.get("id_token_hint")?.split(".")).toHaveLength(3);
    const state = url.searchParams.get("state") ?? "";
    const { oidcTransactions } = app.db.tables;
    const steps = async () =>
      (await app.db.select().from(oidcTransactions))
        .filter(({ purpose }) => purpose === "logout")
        .map(({ step }) => step);
    expect(await steps()).toEqual(["started"]);

    // Somebody else's browser, another state, and no sign-in's state: all land on the same page, and use nothing up.
    const back = `${app.url}/auth/oidc/idp/logged-out`;
    const signIn = new URL(await startVisit(app, ann.browser)).searchParams.get("state");
    for (const [browser, query] of [
      [openPlainBrowser(), `?state=${state}`],
      [ann.browser, "?state=other"],
      [ann.browser, `?state=${signIn}`],
      [ann.browser, ""],
    ] as const) {
      expect((await browser.visit(back + query)).url).toBe(`${app.url}/logged-out`);
    }
    expect(await steps()).toEqual(["started"]);
    const visits = (await app.db.select().from(oidcTransactions)).filter(({ purpose }) => purpose === "sign-in");
    expect(visits.map(({ step }) => step)).toContain("started");
    // Nor is its state one to sign in with.
    const callback = await ann.browser.visit(`${app.url}/auth/oidc/idp/callback?code=x&state=${state}`);
    expect(callback.url).toContain("code=expired");
    expect((await ann.browser.visit(`${back}?state=${state}`)).url).toBe(`${app.url}/logged-out`);
    expect(await steps()).toEqual(["claimed"]);
  });

  test("an ID token too long for a URL is left out of it: the provider shows its page all the same", async () => {
    await using leaving = await startLeaving();
    const { app, idp } = leaving;
    idp.claims({ groups: Array.from({ length: 2000 }, (_, index) => `a group with a long name ${index}`) });
    const ann = await leaving.enter("ann");
    const left = (await ann.browser.mutate(app.url, "auth.logout", {})) as { redirectTo?: string };

    const url = new URL(left.redirectTo ?? "");
    expect([...url.searchParams.keys()].toSorted()).toEqual(["client_id", "post_logout_redirect_uri", "state"]);
    expect((await ann.browser.visit(url.href)).status).toBe(200);
  });

  test("OID-32: local session ended even if IdP is down", async () => {
    await using leaving = await startLeaving();
    const { app, idp } = leaving;
    const ann = await leaving.enter("ann");
    idp.away(true);
    const left = (await ann.browser.mutate(app.url, "auth.logout", {})) as { session: string };
    expect(left.session).toBe("ended");
    expect(await leaving.who(ann.cookie)).toBe(401);

    // By default nothing is asked of it, and whoever signed in with a password never goes there.
    await using local = await startLeaving({});
    const bob = await local.enter("bob");
    expect(await bob.browser.mutate(local.app.url, "auth.logout", {})).toEqual({ session: "ended" });
    const eve = await app.signIn("eve");
    expect(await (await app.http("auth.logout", { cookie: eve.cookie })).json()).toEqual({
      result: { data: { session: "ended" } },
    });
  });

  test("whoever signs out there as well leaves no refresh token that is good, and an app that signs out here alone asks for nothing", async () => {
    const scopes = ["offline_access"];
    await using leaving = await startLeaving({ provider: { logout: "provider", scopes } });
    const { app, idp } = leaving;
    const revoked = (of: HostileProvider) =>
      of.requests().flatMap(({ path, body }) => (path === "/token/revocation" ? [new URLSearchParams(body)] : []));
    const ann = await leaving.enter("ann");
    await ann.browser.mutate(app.url, "auth.logout", {});
    await expect.poll(() => revoked(idp).length).toBe(1);
    const token = revoked(idp)[0]?.get("token") ?? "";
    expect(token).toMatch(/^[\w-]{20,}$/);
    const { clientId, clientSecret } = idp;
    const again = await fetch(`${idp.url}/token`, {
      method: "POST",
      body: new URLSearchParams({
        grant_type: "refresh_token",
        refresh_token: token,
        client_id: clientId,
        client_secret: clientSecret ?? "",
      }),
    });
    expect([again.status, await again.json()]).toMatchObject([400, { error: "invalid_grant" }]);

    // Where that fails, or is not asked for, signing out is the same.
    const bob = await leaving.enter("bob");
    idp.away(true);
    expect(await bob.browser.mutate(app.url, "auth.logout", {})).toMatchObject({ session: "ended" });
    expect(await leaving.who(bob.cookie)).toBe(401);
    await using local = await startLeaving({ provider: { scopes } });
    const eve = await local.enter("ann");
    expect(await eve.browser.mutate(local.app.url, "auth.logout", {})).toEqual({ session: "ended" });
    expect(revoked(local.idp)).toEqual([]);
  });

  test("a provider that ends a session ends it here, with its sockets, and nobody else's", async () => {
    await using leaving = await startLeaving();
    const { app, idp } = leaving;
    const [ann, bob] = [await leaving.enter("ann"), await leaving.enter("bob")];
    await using socket = await app.open(ann.cookie);

    const from = performance.now();
    const answers = await idp.endSession("ann");

    expect(answers.map(({ status }) => status)).toEqual([200]);
    expect(await socket.closed).toMatchObject({ code: 4401, reason: "provider_ended" });
    expect(performance.now() - from).toBeLessThan(5000);
    expect([await leaving.who(ann.cookie), await leaving.who(bob.cookie)]).toEqual([401, 200]);
  });

  test("a logout token is heard once, and none that does not hold", async () => {
    await using leaving = await startLeaving();
    const { idp } = leaving;
    const ann = await leaving.enter("ann");
    const now = Math.floor(Date.now() / 1000);
    const event = "http://schemas.openid.net/event/backchannel-logout";
    const wrong: readonly (readonly [string, Promise<string> | string])[] = [
      ["no token", ""],
      ["junk", "a.b.c"],
      ["alg none", idp.forgeLogoutToken("ann", {}, "none")],
      ["the client's secret", idp.forgeLogoutToken("ann", {}, "client-secret")],
      ["another key", idp.forgeLogoutToken("ann", {}, "other-key")],
      ["a key of its own", idp.forgeLogoutToken("ann", {}, "jwk-header")],
      ["another issuer", idp.forgeLogoutToken("ann", { iss: "https://other.example.com" })],
      ["another audience", idp.forgeLogoutToken("ann", { aud: "other" })],
      ["a nonce", idp.forgeLogoutToken("ann", { nonce: "x" })],
      ["no event", idp.forgeLogoutToken("ann", { events: {} })],
      ["events of text", idp.forgeLogoutToken("ann", { events: event })],
      ["nobody named", idp.forgeLogoutToken("ann", { sub: undefined, sid: undefined })],
      ["no id", idp.forgeLogoutToken("ann", { jti: undefined })],
      ["old", idp.forgeLogoutToken("ann", { iat: now - 200 })],
      ["from later", idp.forgeLogoutToken("ann", { iat: now + 200 })],
      ["over", idp.forgeLogoutToken("ann", { exp: now - 100 })],
      ["another type", idp.forgeLogoutToken("ann", {}, "published", "at+jwt")],
    ];
    for (const [name, token] of wrong) {
      const answer = await leaving.tell(await token);
      expect([name, answer.status, await answer.json()]).toEqual([name, 400, { error: "invalid_request" }]);
      expect(answer.headers.get("cache-control")).toBe("no-store");
    }
    expect(await leaving.who(ann.cookie)).toBe(200);

    const good = await idp.forgeLogoutToken("ann");
    expect((await leaving.tell(good, "other")).status).toBe(404);
    expect((await leaving.tell(`${good}${"x".repeat(20_000)}`)).status).toBe(413);
    const twice = await Promise.all([leaving.tell(good), leaving.tell(good)]);
    expect(twice.map(({ status }) => String(status)).toSorted()).toEqual(["200", "400"]);
    expect(await leaving.who(ann.cookie)).toBe(401);
    const again = await leaving.enter("ann");
    expect((await leaving.tell(good)).status).toBe(400);
    expect(await leaving.who(again.cookie)).toBe(200);
    // Any type that a logout token may have, whatever its case.
    for (const typ of ["JWT", "application/logout+jwt"])
      expect((await leaving.tell(await idp.forgeLogoutToken("ann", {}, "published", typ))).status).toBe(200);
  });

  test("by a session's name only that one ends, by a person's all of theirs that came by this provider", async () => {
    await using leaving = await startLeaving();
    const { idp, app } = leaving;
    const [first, second] = [await leaving.enter("ann"), await leaving.enter("ann")];
    const token = await idp.forgeLogoutToken("ann");
    expect((await leaving.tell(token)).status).toBe(200);
    const states = [await leaving.who(first.cookie), await leaving.who(second.cookie)];
    expect(states.map(String).toSorted()).toEqual(["200", "401"]);

    const third = await leaving.enter("ann");
    expect((await leaving.tell(await idp.forgeLogoutToken("ann", { sid: undefined, sub: "ann" }))).status).toBe(200);
    expect([await leaving.who(second.cookie), await leaving.who(third.cookie)]).toEqual([401, 401]);
    expect(app.logged.filter(({ message }) => message.includes("token"))).toEqual([]);
  });

  test("a provider that is away is told to try again, and its tokens are asked about no oftener than the limit", async () => {
    await using leaving = await startLeaving({ settings: { LOGIN_ATTEMPTS: 1 } });
    const { app, idp } = leaving;
    const browser = openPlainBrowser();
    await startVisit(app, browser);
    idp.answer("jwks", hostileAnswers.serverError);
    await leaving.enter("ann");
    expect((await leaving.tell(await idp.forgeLogoutToken("ann"))).status).toBe(503);
    idp.honest();
    const statuses = new Set<number>();
    for (let count = 0; count < 101; count += 1) statuses.add((await leaving.tell("a.b.c")).status);
    expect(statuses).toEqual(new Set([400, 429]));
  });

  test("tokens that cannot hold make nobody ask the provider, and those that could ask it once while its keys are away", async () => {
    const from = Date.now();
    await using leaving = await startLeaving({ clock: { now: () => from } });
    const { idp } = leaving;
    await signInAtProvider(idp, "ann", { url: await startVisit(leaving.app, openPlainBrowser()) });
    await using fresh = await startFresh(idp, () => from);
    const nonsense = ["x.y.z", "", "e30.e30.", await idp.forgeLogoutToken("ann", {}, "none")];
    for (const changes of [{ aud: "other" }, { iss: "https://other.example.com" }, { iat: 1 }, { events: {} }])
      nonsense.push(await idp.forgeLogoutToken("ann", changes));
    const before = idp.requests().length;
    for (const token of nonsense) expect((await fresh.tell(token)).status).toBe(400);
    expect(idp.requests()).toHaveLength(before);

    idp.answer("jwks", hostileAnswers.serverError);
    const token = await idp.forgeLogoutToken("ann");
    for (let count = 0; count < 20; count += 1) expect((await fresh.tell(token)).status).toBe(503);
    expect(idp.requests("jwks")).toHaveLength(1);
    expect(idp.requests("discovery")).toHaveLength(2);
  });

  test("a provider signs out as many as it likes, whatever others send from its address, and what is forged is limited", async () => {
    await using leaving = await startLeaving({ settings: { LOGIN_ATTEMPTS: 1 } });
    const { idp } = leaving;
    const ann = await leaving.enter("ann");
    const send = async (tokens: readonly Promise<string>[]) => {
      const statuses: number[] = [];
      for (const token of tokens) statuses.push((await leaving.tell(await token)).status);
      return [statuses.filter((status) => status === 400).length, statuses.filter((status) => status === 429).length];
    };
    const many = (make: () => Promise<string>, count: number) => Array.from({ length: count }, make);
    expect(await send(many(async () => "x.y.z", 102))).toEqual([100, 2]);
    const others = { sub: "nobody", sid: undefined };
    expect(await send(many(() => idp.forgeLogoutToken("ann", others), 102))).toEqual([0, 0]);
    expect(await leaving.who(ann.cookie)).toBe(200);
    expect((await leaving.tell(await idp.forgeLogoutToken("ann"))).status).toBe(200);
    expect(await leaving.who(ann.cookie)).toBe(401);
    expect(await send(many(() => idp.forgeLogoutToken("ann", {}, "tampered"), 102))).toEqual([100, 2]);
  });

  test("what anybody can come with leaves an event a minute in the audit log, and none where there is no such provider", async () => {
    await using leaving = await startLeaving();
    const { app } = leaving;
    for (let count = 0; count < 20; count += 1) {
      await openPlainBrowser().visit(`${app.url}/auth/oidc/nobody/callback?state=a`);
      await openPlainBrowser().visit(`${app.url}/auth/oidc/idp/callback?state=a${count}`);
      await leaving.tell("x.y.z");
    }
    await app.auth.audit.flush();
    const events = await app.auth.audit.list({ limit: 100 });
    expect(events.map(({ action, reason }) => `${action} ${reason}`).toSorted()).toEqual([
      "auth.oidc unknown_visit",
      "auth.oidc.backchannel_logout invalid_token",
    ]);
  });

  /** Another app of the same provider, which knows nothing of it yet. */
  async function startFresh(idp: HostileProvider, now: () => number) {
    const app = await startOidcApp(dialect, idp, { clock: { now } });
    return {
      tell: (token: string) =>
        fetch(`${app.url}/auth/oidc/idp/backchannel-logout`, {
          method: "POST",
          body: new URLSearchParams({ logout_token: token }),
        }),
      [Symbol.asyncDispose]: () => app[Symbol.asyncDispose](),
    };
  }
});
