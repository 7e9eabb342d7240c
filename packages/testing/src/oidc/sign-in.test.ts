import { eq } from "drizzle-orm";
import { expect, test } from "vitest";

import { describeDatabases } from "@app/services/databases";
import { forUpdate } from "@countersign/db";

import { startHostileProvider } from "../identity-provider/hostile/start-hostile-provider.ts";
import { openPlainBrowser } from "../identity-provider/plain-browser.ts";
import { signInAtProvider, signInWith } from "../identity-provider/sign-in-with.ts";
import { startIdentityProvider } from "../identity-provider/start-identity-provider.ts";
import { errorOf, pageOf, startBoth, startOidcApp, startVisit } from "../test/start-oidc-app.ts";

describeDatabases((dialect) => {
  test("OID-01: happy path new user → account with (issuer, sub), session, return path honoured", async () => {
    await using both = await startBoth(dialect, {
      idp: { users: [{ name: "ann", fullName: "Ann Lee", subject: "s-1" }, { name: "bob" }] },
    });
    const { app, idp } = both;

    const ann = await signInWith(idp, "ann", { app: app.url, as: "idp", start: { returnTo: "/tasks?open=1" } });

    expect(app.logged).toEqual([]);
    expect(pageOf(ann.landing)).toBe("/auth/signed-in?to=%2Ftasks%3Fopen%3D1");
    const who = await app.http("who", { method: "GET", cookie: ann.cookie });
    expect(await who.json()).toMatchObject({ result: { data: "ann" } });
    const { identities, users } = app.db.tables;
    const [row] = await app.db.select().from(identities).innerJoin(users, eq(users.id, identities.userId));
    expect(row?.identities).toMatchObject({ issuer: idp.issuer, subject: "s-1", provider: "idp" });
    expect(row?.users).toMatchObject({
      firstName: "Ann",
      lastName: "Lee",
      email: "ann@example.com",
      passwordHash: null,
    });
    expect(row?.users.emailVerifiedAt).not.toBeNull();
    expect([row?.users.isStaff, row?.users.isSuperuser]).toEqual([false, false]);

    // The same person again is the same account; somebody else is another one.
    await signInWith(idp, "ann", { app: app.url, as: "idp" });
    await signInWith(idp, "bob", { app: app.url, as: "idp" });
    expect((await app.db.select().from(users)).map(({ username }) => username).toSorted()).toEqual(["ann", "bob"]);
  });

  test("a return path of another site is not gone to, and the session is in the list of devices with its provider", async () => {
    await using both = await startBoth(dialect);
    const { app, idp } = both;

    const ann = await signInWith(idp, "ann", { app: app.url, as: "idp", start: { returnTo: "//evil.example/" } });

    expect(pageOf(ann.landing)).toBe("/auth/signed-in?to=%2F");
    const list = await app.http("account.sessions.list", { method: "GET", cookie: ann.cookie });
    expect(await list.json()).toMatchObject({ result: { data: [{ isCurrent: true, provider: "The Works" }] } });
    const config = await app.http("auth.config", { method: "GET" });
    expect(await config.json()).toMatchObject({
      result: { data: { providers: [{ name: "idp", label: "The Works" }] } },
    });
  });

  test("public and confidential clients sign in, by each way to give the secret and each signature that is allowed", async () => {
    for (const [client, provider] of [
      [{ isPublic: true }, {}],
      [{ authentication: "client_secret_basic" }, { tokenAuth: "basic" }],
      [{ algorithm: "PS256" }, { tokenAuth: "post" }],
      [{ algorithm: "ES256" }, {}],
      [{ algorithm: "EdDSA" }, {}],
    ] as const) {
      await using both = await startBoth(dialect, { idp: { clients: [client] }, provider });
      const { landing } = await signInWith(both.idp, "ann", { app: both.app.url, as: "idp" });
      expect([client, pageOf(landing)]).toEqual([client, "/auth/signed-in?to=%2F"]);
    }
    await using narrow = await startBoth(dialect, { settings: { OIDC_ALGORITHMS: ["ES256"] } });
    expect(errorOf((await signInWith(narrow.idp, "ann", { app: narrow.app.url, as: "idp" })).landing)).toBe("provider");
  });

  test("OID-02: callback without `state` → error page, no session, nothing created", async () => {
    await using both = await startBoth(dialect);
    const { app } = both;
    const browser = openPlainBrowser();
    await startVisit(app, browser);

    for (const query of ["", "?code=abc", "?state=", "?state=x&code=abc", "?error=access_denied"]) {
      const landing = await browser.visit(`${app.url}/auth/oidc/idp/callback${query}`);
      expect(errorOf(landing)).toBe("expired");
    }
    expect(browser.cookie(app.url)).not.toMatch(/session/);
    expect(await app.db.select().from(app.db.tables.users)).toEqual([]);
  });

  test("OID-04: valid state but from another browser (no cookie) → refused (login CSRF)", async () => {
    await using both = await startBoth(dialect);
    const { app, idp } = both;
    const attacker = openPlainBrowser();
    const callback = await signInAtProvider(idp, "bob", { url: await startVisit(app, attacker), browser: attacker });

    const victim = openPlainBrowser();
    expect(errorOf(await victim.visit(callback))).toBe("expired");
    expect(victim.cookie(app.url)).toBeNull();
    // One that has a visit of its own, and so a cookie, is no better off.
    const other = openPlainBrowser();
    await startVisit(app, other);
    expect(errorOf(await other.visit(callback))).toBe("expired");
    expect(await app.db.select().from(app.db.tables.users)).toEqual([]);

    // Control: it was a good one, in the browser that began it.
    expect(pageOf(await attacker.visit(callback))).toMatch(/^\/auth\/signed-in/);
  });

  test("OID-05: state/nonce/PKCE cookie of provider P used on provider Q's callback → refused", async () => {
    await using idp = await startIdentityProvider({ users: [{ name: "ann" }] });
    await using other = await startIdentityProvider({ users: [{ name: "ann" }] });
    const second = { name: "second", issuer: other.issuer, clientId: other.clientId, clientSecret: other.clientSecret };
    await using app = await startOidcApp(dialect, idp, { others: [second] });
    const browser = openPlainBrowser();
    const callback = await signInAtProvider(idp, "ann", { url: await startVisit(app, browser), browser });

    expect(errorOf(await browser.visit(callback.replace("/idp/", "/second/")))).toBe("expired");
    expect(await app.db.select().from(app.db.tables.users)).toEqual([]);
    expect(pageOf(await browser.visit(callback))).toMatch(/^\/auth\/signed-in/);
  });

  test("OID-07: same callback URL replayed (back button, attacker) → refused, no second code exchange", async () => {
    await using idp = await startHostileProvider({ users: [{ name: "ann" }] });
    await using app = await startOidcApp(dialect, idp);
    const browser = openPlainBrowser();
    const callback = await signInAtProvider(idp, "ann", { url: await startVisit(app, browser), browser });
    await browser.visit(callback);
    const cookie = browser.cookie(app.url);

    // The browser that has the session goes on to its page: its session is the one it had.
    expect(pageOf(await browser.visit(callback))).toMatch(/^\/auth\/signed-in/);
    expect(browser.cookie(app.url)).toBe(cookie);
    const sessions = await app.db.select().from(app.db.tables.sessions);
    expect(sessions).toHaveLength(1);
    // Without the session, the same browser gets nothing more by it.
    await browser.mutate(app.url, "auth.logout", {});
    expect(errorOf(await browser.visit(callback))).toBe("expired");
    expect(errorOf(await openPlainBrowser().visit(callback))).toBe("expired");
    expect(idp.requests("token")).toHaveLength(1);
    expect(await app.db.select().from(app.db.tables.sessions)).toEqual([]);
  });

  test("OID-08: two callbacks with one state at once → one wins", async () => {
    await using idp = await startHostileProvider({ users: [{ name: "ann" }] });
    await using app = await startOidcApp(dialect, idp);
    for (let round = 0; round < 3; round += 1) {
      const browser = openPlainBrowser();
      const callback = await signInAtProvider(idp, "ann", { url: await startVisit(app, browser), browser });
      const headers = { cookie: browser.cookie(app.url) ?? "" };
      const answers = await Promise.all(
        Array.from({ length: 4 }, () => fetch(callback, { headers, redirect: "manual" })),
      );
      const places = answers.map((answer) => new URL(answer.headers.get("location") ?? "", app.url).pathname);
      expect(places.toSorted()).toEqual(["/auth/error", "/auth/error", "/auth/error", "/auth/signed-in"]);
    }
    expect(await app.db.select().from(app.db.tables.users)).toHaveLength(1);
    // The others were refused before the code left the server.
    expect(idp.requests("token")).toHaveLength(3);
  });

  test("two people who come for the first time at once get an account each, and one who comes twice at once gets one", async () => {
    await using both = await startBoth(dialect);
    const { app, idp } = both;
    const names = ["ann", "bob", "ann", "bob"];
    const landings = await Promise.all(names.map((name) => signInWith(idp, name, { app: app.url, as: "idp" })));

    expect(landings.map(({ landing }) => pageOf(landing))).toEqual(names.map(() => "/auth/signed-in?to=%2F"));
    const whose = await Promise.all(
      landings.map(async ({ cookie }) => (await app.http("who", { method: "GET", cookie })).json()),
    );
    expect(whose.map((each) => (each as { result: { data: string } }).result.data)).toEqual(names);
    expect(await app.db.select().from(app.db.tables.users)).toHaveLength(2);
  });

  test("windows of one person that come for the first time together, and wait for one another, are all that person's", async () => {
    await using both = await startBoth(dialect, {
      provider: { groupsClaim: "groups", groups: { works: "staff" } },
      idp: { users: [{ name: "ann", groups: ["works"] }] },
    });
    const { app, idp } = both;
    await app.auth.rights.setGroup("staff", []);
    const { groups, users } = app.db.tables;
    const { promise: isHeld, resolve: hold } = Promise.withResolvers<void>();
    const { promise: mayEnd, resolve: end } = Promise.withResolvers<void>();
    const holding = app.db.transaction(async (tx) => {
      await forUpdate(tx, tx.select().from(groups));
      hold();
      await mayEnd;
    });
    await isHeld;
    const windows = [1, 2, 3].map(() => signInWith(idp, "ann", { app: app.url, as: "idp" }));
    // On PostgreSQL they have looked for the identity by then, and wait for its group. SQLite lets nobody begin before.
    const areWaiting = () => {
      const { connections, transactionsWaiting } = app.db.load();
      return connections === null ? transactionsWaiting > 0 : connections.inUse === 1 + windows.length;
    };
    await expect.poll(areWaiting, { timeout: 5000 }).toBe(true);
    end();
    await holding;

    const landings = (await Promise.all(windows)).map(({ landing }) => pageOf(landing));
    expect(landings).toEqual(windows.map(() => "/auth/signed-in?to=%2F"));
    expect(await app.db.select().from(users)).toMatchObject([{ username: "ann" }]);
  });

  test("OID-10: authorization URL has S256 challenge, state, nonce, exact redirect URI; verifier never leaves the server", async () => {
    await using both = await startBoth(dialect, { provider: { scopes: ["offline_access"] } });
    const { app, idp } = both;
    const browser = openPlainBrowser();
    const url = new URL(await startVisit(app, browser));

    expect(url.origin).toBe(idp.issuer);
    const query = Object.fromEntries(url.searchParams);
    const { state = "", nonce = "", code_challenge: challenge = "", ...fixed } = query;
    for (const each of [state, nonce, challenge]) expect(each).toMatch(/^[\w-]{43}$/);
    expect(fixed).toEqual({
      client_id: idp.clientId,
      response_type: "code",
      redirect_uri: `${app.url}/auth/oidc/idp/callback`,
      scope: "openid email profile offline_access",
      code_challenge_method: "S256",
      max_age: "31536000",
    });
    // Neither the state nor the nonce nor the verifier can be read in the database.
    const kept = JSON.stringify(await app.db.select().from(app.db.tables.oidcTransactions));
    for (const secret of [query["state"], query["nonce"], browser.cookie(app.url)?.split("=")[1]])
      expect(kept).not.toContain(secret);
    const second = new URL(await startVisit(app, browser));
    for (const name of ["state", "nonce", "code_challenge"])
      expect(second.searchParams.get(name)).not.toBe(query[name]);
  });

  test("OID-31: caller cannot override `redirect_uri`, `scope`, `state`, `nonce` by query", async () => {
    await using both = await startBoth(dialect);
    const { app, idp } = both;
    const browser = openPlainBrowser();
    for (const name of ["redirect_uri", "scope", "state", "nonce", "issuer"]) {
      const start = browser.mutate(app.url, "auth.oidc.start", { provider: "idp", [name]: "https://evil.example" });
      await expect(start).rejects.toThrow("400");
    }
    const url = new URL(await startVisit(app, browser, {}));
    expect(url.searchParams.getAll("redirect_uri")).toEqual([`${app.url}/auth/oidc/idp/callback`]);
    expect(url.searchParams.get("state")).not.toBe("x");
    expect(url.origin).toBe(idp.issuer);
  });

  test("OID-11: code of another session injected → refused (PKCE/nonce)", async () => {
    await using both = await startBoth(dialect);
    const { app, idp } = both;
    const [attacker, victim] = [openPlainBrowser(), openPlainBrowser()];
    const stolen = new URL(
      await signInAtProvider(idp, "bob", { url: await startVisit(app, attacker), browser: attacker }),
    );
    const own = new URL(await signInAtProvider(idp, "ann", { url: await startVisit(app, victim), browser: victim }));

    own.searchParams.set("code", stolen.searchParams.get("code") ?? "");
    expect(errorOf(await victim.visit(own.href))).toBe("provider");
    expect(await app.db.select().from(app.db.tables.users)).toEqual([]);
  });

  test("OID-23: `error=access_denied&error_description=<script>` → friendly page, text escaped, no reflection beyond a code", async () => {
    await using both = await startBoth(dialect);
    const { app } = both;
    const browser = openPlainBrowser();
    const state = new URL(await startVisit(app, browser)).searchParams.get("state") ?? "";
    const said = "<script>alert(1)</script>\u001b[31m\nFAKE LOG LINE";
    const query = new URLSearchParams({ state, error: "access_denied", error_description: said });
    // The provider announces that it names itself in its answers.
    query.set("iss", both.idp.issuer);

    const landing = await browser.visit(`${app.url}/auth/oidc/idp/callback?${query.toString()}`);

    const url = new URL(landing.url);
    expect([url.pathname, [...url.searchParams.keys()]]).toEqual(["/auth/error", ["code", "id"]]);
    expect(errorOf(landing)).toBe("cancelled");
    expect(landing.url + landing.body).not.toMatch(/script|FAKE/);
    const [line] = app.logged;
    // What the page shows is found in the log, with what the provider said, and nothing in it controls a terminal.
    expect(line?.facts).toMatchObject({ requestId: url.searchParams.get("id"), code: "cancelled" });
    expect(JSON.stringify(line?.facts)).not.toMatch(/\\u001b|\\n/);
    // It was for one answer: what comes after is too late.
    expect(errorOf(await browser.visit(`${app.url}/auth/oidc/idp/callback?${query.toString()}`))).toBe("expired");
  });

  test("OID-35: user cancels/closes, starts twice in two tabs → both transactions independent", async () => {
    await using both = await startBoth(dialect);
    const { app, idp } = both;
    const browser = openPlainBrowser();
    const urls = [
      await startVisit(app, browser, { returnTo: "/one" }),
      await startVisit(app, browser, { returnTo: "/two" }),
    ];
    const callbacks = [];
    for (const url of urls) callbacks.push(await signInAtProvider(idp, "ann", { url, browser }));

    expect(pageOf(await browser.visit(callbacks[1] ?? ""))).toBe("/auth/signed-in?to=%2Ftwo");
    expect(pageOf(await browser.visit(callbacks[0] ?? ""))).toBe("/auth/signed-in?to=%2Fone");
    // A tab begun after it, and closed, changes nothing either.
    await startVisit(app, browser);
    expect(await app.db.select().from(app.db.tables.sessions)).toHaveLength(1);
  });

  test("OID-35: two tabs that start in the same moment, in a browser that has no cookie yet, both come back", async () => {
    await using both = await startBoth(dialect);
    const { app, idp } = both;
    const browser = openPlainBrowser();
    const begin = (returnTo: string) => startVisit(app, browser, { returnTo });
    const bindings = () => (browser.cookie(app.url) ?? "").split("; ").filter((pair) => pair.startsWith("oidc-"));

    const urls = await Promise.all([begin("/one"), begin("/two")]);
    expect(bindings()).toHaveLength(2);
    // Which one has the other's cookie as well: both are known, and there is no third.
    urls.push(await begin("/three"));
    expect(bindings()).toHaveLength(2);

    const stranger = openPlainBrowser();
    await startVisit(app, stranger);
    for (const [index, to] of ["one", "two", "three"].entries()) {
      const callback = await signInAtProvider(idp, "ann", { url: urls[index] ?? "", browser });
      expect(errorOf(await stranger.visit(callback))).toBe("expired");
      expect(pageOf(await browser.visit(callback))).toBe(`/auth/signed-in?to=%2F${to}`);
    }
  });

  test("signing out forgets what was begun under each of a browser's cookies, and nothing of another browser", async () => {
    await using both = await startBoth(dialect);
    const { app, idp } = both;
    const [browser, other] = [openPlainBrowser(), openPlainBrowser()];
    const [, , ofOther] = await Promise.all([
      startVisit(app, browser),
      startVisit(app, browser),
      startVisit(app, other),
    ]);
    const { oidcTransactions } = app.db.tables;
    expect(await app.db.$count(oidcTransactions)).toBe(3);

    await browser.mutate(app.url, "auth.logout", {});

    expect(await app.db.$count(oidcTransactions)).toBe(1);
    const callback = await signInAtProvider(idp, "bob", { url: ofOther, browser: other });
    expect(pageOf(await other.visit(callback))).toBe("/auth/signed-in?to=%2F");
  });

  test("what a browser fetches by itself uses nothing up", async () => {
    await using both = await startBoth(dialect);
    const { app, idp } = both;
    const browser = openPlainBrowser();
    const callback = await signInAtProvider(idp, "ann", { url: await startVisit(app, browser), browser });
    const cookie = browser.cookie(app.url) ?? "";
    for (const header of [{ "sec-purpose": "prefetch" }, { purpose: "prefetch" }, { "sec-fetch-dest": "image" }]) {
      const answer = await fetch(callback, { headers: { cookie, ...header }, redirect: "manual" });
      expect(answer.status).toBe(400);
    }
    expect((await fetch(callback, { method: "HEAD", headers: { cookie }, redirect: "manual" })).status).toBe(400);
    const posted = await fetch(callback, { method: "POST", headers: { cookie }, redirect: "manual" });
    expect(posted.status).toBe(404);

    const landing = await browser.visit(callback);
    expect(pageOf(landing)).toMatch(/^\/auth\/signed-in/);
  });

  test("the cookie that tells browsers apart is HttpOnly and Lax, and a visit too old is refused", async () => {
    await using both = await startBoth(dialect);
    const { app, idp } = both;
    const start = await app.http("auth.oidc.start", { input: { provider: "idp" } });
    expect(start.headers.getSetCookie()).toEqual([
      expect.stringMatching(/^oidc-[\da-f]{8}=[\w-]{43}; Path=\/; HttpOnly; SameSite=Lax; Max-Age=600$/),
    ]);
    const browser = openPlainBrowser();
    const callback = await signInAtProvider(idp, "ann", { url: await startVisit(app, browser), browser });
    const { oidcTransactions } = app.db.tables;
    await app.db.update(oidcTransactions).set({ expiresAt: new Date(Date.now() - 1) });

    expect(errorOf(await browser.visit(callback))).toBe("expired");
    expect(await app.auth.oidc.prune()).toBe(2);
  });
});

test("OID-14: a provider that is not there is none: the app starts without it, and others are told nothing of it", async () => {
  const { sqliteDialect } = await import("@app/services/databases");
  const nobody = { issuer: "http://127.0.0.1:9", clientId: "x", clientSecret: null };
  await using app = await startOidcApp(sqliteDialect, nobody);
  const start = await app.http("auth.oidc.start", { input: { provider: "idp" } });
  expect(await start.json()).toMatchObject({ error: { data: { reason: "PROVIDER_UNAVAILABLE" } } });
  const unknown = await app.http("auth.oidc.start", { input: { provider: "other" } });
  expect(await unknown.json()).toMatchObject({ error: { data: { reason: "PROVIDER_UNKNOWN" } } });
});
