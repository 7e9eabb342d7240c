import { expect, test } from "vitest";

import { describeDatabases } from "@app/services/databases";

import type { ForgedSignature } from "../identity-provider/hostile/forge-token.ts";
import { type HostileAnswer, hostileAnswers } from "../identity-provider/hostile/hostile-answer.ts";
import { type HostileProvider, startHostileProvider } from "../identity-provider/hostile/start-hostile-provider.ts";
import { openPlainBrowser } from "../identity-provider/plain-browser.ts";
import { signInAtProvider, signInWith } from "../identity-provider/sign-in-with.ts";
import { errorOf, pageOf, startOidcApp, startVisit } from "../test/start-oidc-app.ts";

const now = () => Math.floor(Date.now() / 1000);
const signedIn = "/auth/signed-in?to=%2F";

describeDatabases((dialect) => {
  /** An app, and a provider that does as it is told. */
  async function startLiar(options: Parameters<typeof startOidcApp>[2] = {}) {
    const idp = await startHostileProvider({ users: [{ name: "ann" }, { name: "bob" }] });
    const app = await startOidcApp(dialect, idp, options);
    return {
      idp,
      app,
      /** Somebody signs in, and the app must not let them: returns the code of the page. */
      async refuse(name = "ann") {
        const { landing, cookie } = await signInWith(idp, name, { app: app.url, as: "idp" });
        const { sessions, users } = app.db.tables;
        expect([await app.db.select().from(users), await app.db.select().from(sessions)]).toEqual([[], []]);
        expect(cookie).not.toMatch(/session/);
        return errorOf(landing);
      },
      /** The control: with the provider honest again, they are let in. */
      async accept(name = "ann") {
        idp.honest();
        const { landing } = await signInWith(idp, name, { app: app.url, as: "idp" });
        expect(pageOf(landing)).toBe(signedIn);
      },
      async [Symbol.asyncDispose]() {
        await app[Symbol.asyncDispose]();
        await idp[Symbol.asyncDispose]();
      },
    };
  }

  test("OID-16: signature invalid; alg none; HS256 with client secret or with the public key; unexpected alg; unknown kid with several keys; key supplied in header (jwk/jku) → refused", async () => {
    await using liar = await startLiar();
    const forged: readonly ForgedSignature[] = [
      ...(["none", "client-secret", "public-key", "tampered", "other-key"] as const),
      ...(["unknown-kid", "no-kid", "jwk-header", "jku-header", "unexpected-algorithm"] as const),
    ];
    for (const signature of forged) {
      liar.idp.sign(signature);
      expect([signature, await liar.refuse()]).toEqual([signature, "provider"]);
    }
    expect(liar.idp.requests("jku")).toEqual([]);
    liar.idp.sign("published");
    await liar.accept();
  });

  test("OID-19: `iss` claim missing/other; `sub` missing/empty/number/“id” instead of sub → refused", async () => {
    await using liar = await startLiar();
    const wrong: readonly Readonly<Record<string, unknown>>[] = [
      { iss: undefined },
      { iss: "https://other.example.com" },
      { iss: `${liar.idp.issuer}/` },
      { sub: undefined },
      { sub: "" },
      { sub: "  " },
      { sub: 42 },
      { sub: null },
      { sub: ["ann"] },
      { sub: "x".repeat(256) },
      { sub: "ann\u0000" },
      { sub: undefined, id: "ann" },
      { aud: "other" },
      { aud: [liar.idp.clientId, "other"], azp: "other" },
      { aud: [liar.idp.clientId, "other"] },
      { azp: "other" },
      { nonce: "another" },
      { nonce: undefined },
    ];
    for (const claims of wrong) {
      liar.idp.claims(claims);
      expect([claims, await liar.refuse()]).toEqual([claims, "provider"]);
    }
    await liar.accept();
  });

  test("OID-20: `exp` past, missing; `iat` missing/a week old/future beyond 60 s skew → refused", async () => {
    await using liar = await startLiar();
    const wrong = [
      { exp: now() - 120 },
      { exp: undefined },
      { exp: "never" },
      { iat: undefined },
      { iat: now() - 7 * 86_400 },
      { iat: now() + 120 },
    ];
    for (const claims of wrong) {
      liar.idp.claims(claims);
      expect([claims, await liar.refuse()]).toEqual([claims, "provider"]);
    }
    // Just within the skew that clocks may have.
    liar.idp.claims({ iat: now() + 50 });
    expect(pageOf((await signInWith(liar.idp, "ann", { app: liar.app.url, as: "idp" })).landing)).toBe(signedIn);
  });

  test("OID-22: token endpoint answers 400/500/HTML/timeout/huge body/redirect → error page ≤ 10 s, no session", async () => {
    await using liar = await startLiar();
    const wrong: readonly (readonly [string, HostileAnswer, string])[] = [
      ["400", hostileAnswers.badRequest, "provider"],
      ["500", hostileAnswers.serverError, "unavailable"],
      ["HTML", hostileAnswers.html, "provider"],
      ["half", hostileAnswers.brokenJson, "provider"],
      ["cut", hostileAnswers.cut, "unavailable"],
      ["redirect", hostileAnswers.redirect("http://127.0.0.1:9/"), "provider"],
      ["huge", hostileAnswers.huge(), "unavailable"],
      ["late", hostileAnswers.slow(60_000), "unavailable"],
      ["drip", hostileAnswers.drip(60_000), "unavailable"],
    ];
    for (const [name, answer, code] of wrong) {
      liar.idp.answer("token", answer);
      const from = performance.now();
      expect([name, await liar.refuse()]).toEqual([name, code]);
      expect(performance.now() - from).toBeLessThan(10_000);
    }
    // Each was asked once, and none of it is known outside the log.
    expect(liar.idp.requests("token")).toHaveLength(wrong.length);
    await liar.accept();
  }, 60_000);

  test("OID-14: discovery document's issuer ≠ configured (also trailing slash, path, case) → refused at start", async () => {
    for (const change of [
      (issuer: string) => `${issuer}/`,
      (issuer: string) => `${issuer}/other`,
      (issuer: string) => issuer.replace("http", "HTTP"),
      () => "https://other.example.com",
      () => undefined,
    ]) {
      await using liar = await startLiar();
      liar.idp.change("discovery", { issuer: change(liar.idp.issuer) });
      const start = await liar.app.http("auth.oidc.start", { input: { provider: "idp" } });
      expect(await start.json()).toMatchObject({ error: { data: { reason: "PROVIDER_UNAVAILABLE" } } });
      expect(start.headers.getSetCookie()).toEqual([]);
    }
  }, 60_000);

  test("endpoints that are not reached safely are refused at start", async () => {
    for (const [endpoint, url] of [
      ["authorization_endpoint", "http://other.example.com/auth"],
      ["authorization_endpoint", "javascript:alert(1)"],
      ["token_endpoint", "http://other.example.com/token"],
      ["jwks_uri", undefined],
    ] as const) {
      await using liar = await startLiar();
      liar.idp.change("discovery", { [endpoint]: url });
      const start = await liar.app.http("auth.oidc.start", { input: { provider: "idp" } });
      expect(start.status).toBe(503);
    }
  }, 60_000);

  test("OID-13: mix-up: two IdPs configured, evil one returns honest one's code → code is never sent to the wrong token endpoint", async () => {
    await using evil = await startHostileProvider({ users: [{ name: "ann" }] });
    await using honest = await startHostileProvider({ users: [{ name: "ann" }] });
    const second = { name: "evil", issuer: evil.issuer, clientId: evil.clientId, clientSecret: evil.clientSecret };
    await using app = await startOidcApp(dialect, honest, { others: [second] });
    const browser = openPlainBrowser();
    const own = new URL(await signInAtProvider(honest, "ann", { url: await startVisit(app, browser), browser }));
    const started = new URL(await startVisit(app, browser, { provider: "evil" }));

    // The evil one sends the browser back to its own callback, with the honest one's code.
    const mixed = new URL(`${app.url}/auth/oidc/evil/callback`);
    mixed.searchParams.set("state", started.searchParams.get("state") ?? "");
    mixed.searchParams.set("code", own.searchParams.get("code") ?? "");
    mixed.searchParams.set("iss", honest.issuer);
    expect(errorOf(await browser.visit(mixed.href))).toBe("provider");
    // And without saying whose it is, though it had announced to say so.
    const again = new URL(await startVisit(app, browser, { provider: "evil" }));
    mixed.searchParams.set("state", again.searchParams.get("state") ?? "");
    mixed.searchParams.delete("iss");
    expect(errorOf(await browser.visit(mixed.href))).toBe("provider");

    expect(evil.requests("token")).toEqual([]);
    expect(await app.db.select().from(app.db.tables.users)).toEqual([]);
    expect(pageOf(await browser.visit(own.href))).toBe(signedIn);
  });

  test("OID-11: IdP rejects wrong verifier → clean error", async () => {
    await using liar = await startLiar();
    const { app, idp } = liar;
    const [one, two] = [openPlainBrowser(), openPlainBrowser()];
    const first = new URL(await signInAtProvider(idp, "ann", { url: await startVisit(app, one), browser: one }));
    const second = new URL(await signInAtProvider(idp, "bob", { url: await startVisit(app, two), browser: two }));
    second.searchParams.set("code", first.searchParams.get("code") ?? "");

    expect(errorOf(await two.visit(second.href))).toBe("provider");
    // It was asked, with the verifier of the visit, and said no.
    const [asked] = idp.requests("token");
    expect(new URLSearchParams(asked?.body).get("code_verifier")).toMatch(/^[\w-]{43}$/);
    expect(JSON.stringify(app.logged)).not.toContain(new URLSearchParams(asked?.body).get("code_verifier"));
    expect(JSON.stringify(app.logged)).not.toContain(idp.clientSecret);
  });

  test("a visit that began with another provider of this name, before the server was set up anew, gets no code exchanged", async () => {
    await using liar = await startLiar();
    const { app, idp } = liar;
    const browser = openPlainBrowser();
    const begin = async () => signInAtProvider(idp, "ann", { url: await startVisit(app, browser), browser });
    const callback = await begin();
    const { oidcTransactions } = app.db.tables;
    await app.db.update(oidcTransactions).set({ issuer: `${idp.issuer}/before` });

    expect(errorOf(await browser.visit(callback))).toBe("expired");
    expect(idp.requests("token")).toEqual([]);
    expect(pageOf(await browser.visit(await begin()))).toBe(signedIn);
  });

  test("OID-17: key rotation at the IdP mid-flight → one refetch of JWKS, rate-limited", async () => {
    await using liar = await startLiar();
    const { app, idp } = liar;
    await liar.accept();
    expect(idp.requests("jwks")).toHaveLength(1);
    const [one, two] = [openPlainBrowser(), openPlainBrowser()];
    const callbacks = [
      await signInAtProvider(idp, "ann", { url: await startVisit(app, one), browser: one }),
      await signInAtProvider(idp, "bob", { url: await startVisit(app, two), browser: two }),
    ];

    await idp.rotateKeys({ keepOld: false });
    const landings = await Promise.all([one.visit(callbacks[0] ?? ""), two.visit(callbacks[1] ?? "")]);
    expect(landings.map(pageOf)).toEqual([signedIn, signedIn]);
    expect(idp.requests("jwks")).toHaveLength(2);

    // Whoever makes keys up does not make us ask for each.
    idp.sign("unknown-kid");
    for (let count = 0; count < 3; count += 1) {
      expect(errorOf((await signInWith(idp, "ann", { app: app.url, as: "idp" })).landing)).toBe("provider");
    }
    expect(idp.requests("jwks")).toHaveLength(2);
  });

  test("a step-up stands on the provider's word that it has asked just now", async () => {
    await using liar = await startLiar();
    const { app, idp } = liar;
    const { browser } = await signInWith(idp, "ann", { app: app.url, as: "idp" });
    const { sessions } = app.db.tables;
    const long = new Date(Date.now() - 86_400_000);
    await app.db.update(sessions).set({ authenticatedAt: long });
    for (const auth_time of [now() - 3600, undefined, String(now()), now() + 3600]) {
      idp.claims({ auth_time });
      const start = { purpose: "step-up" };
      const { landing } = await signInWith(idp, "ann", { app: app.url, as: "idp", browser, start });
      expect([auth_time, errorOf(landing)]).toEqual([auth_time, "provider"]);
    }
    expect((await app.db.select().from(sessions)).map(({ authenticatedAt }) => authenticatedAt)).toEqual([long]);
    idp.honest();
    const start = { purpose: "step-up" };
    const { landing } = await signInWith(idp, "ann", { app: app.url, as: "idp", browser, start });
    expect(pageOf(landing)).toBe(signedIn);
  });

  test("userinfo about somebody else is refused, and what a provider says there sets no rights", async () => {
    await using liar = await startLiar();
    liar.idp.change("userinfo", { sub: "bob" });
    liar.idp.claims({ email: undefined });
    expect(await liar.refuse()).toBe("provider");

    liar.idp.change("userinfo", {
      is_superuser: true,
      isSuperuser: true,
      isStaff: true,
      groups: ["staff"],
      isActive: false,
    });
    const { landing } = await signInWith(liar.idp, "ann", { app: liar.app.url, as: "idp" });
    expect(pageOf(landing)).toBe(signedIn);
    const [user] = await liar.app.db.select().from(liar.app.db.tables.users);
    expect(user).toMatchObject({ isSuperuser: false, isStaff: false, isActive: true });
  });

  test("a provider that went away is known for a while, and one that is slow to say who it is keeps nobody longer than 10 s", async () => {
    await using liar = await startLiar();
    const { app, idp } = liar;
    await liar.accept();
    idp.answer("discovery", hostileAnswers.serverError);
    // Known for an hour: nothing is asked.
    expect((await app.http("auth.oidc.start", { input: { provider: "idp" } })).status).toBe(200);
    expect(idp.requests("discovery")).toHaveLength(1);
  });
});

test("of many who want to go to a provider that is not known yet one asks for all", async () => {
  const { sqliteDialect } = await import("@app/services/databases");
  await using idp: HostileProvider = await startHostileProvider({ users: [{ name: "ann" }] });
  await using app = await startOidcApp(sqliteDialect, idp);
  idp.answer("discovery", hostileAnswers.serverError);
  const failed = await Promise.all(
    Array.from({ length: 10 }, () => app.http("auth.oidc.start", { input: { provider: "idp" } })),
  );
  expect(failed.map(({ status }) => status)).toEqual(failed.map(() => 503));
  expect(idp.requests("discovery")).toHaveLength(1);
});

test("a provider that did not answer is asked again though the clock is set back", async () => {
  const { sqliteDialect } = await import("@app/services/databases");
  let aheadMs = 3_600_000;
  await using idp: HostileProvider = await startHostileProvider({ users: [{ name: "ann" }] });
  await using app = await startOidcApp(sqliteDialect, idp, { clock: { now: () => Date.now() + aheadMs } });
  const start = async () => (await app.http("auth.oidc.start", { input: { provider: "idp" } })).status;
  idp.away(true);
  expect(await start()).toBe(503);
  idp.honest();
  expect(await start()).toBe(503);
  aheadMs = 0;
  expect(await start()).toBe(200);
});
