import { eq } from "drizzle-orm";
import { expect, test } from "vitest";

import { describeDatabases } from "@app/services/databases";
import type { Settings } from "@countersign/contract";

import { openPlainBrowser, type PlainBrowser } from "../identity-provider/plain-browser.ts";
import { signInAtProvider, signInWith } from "../identity-provider/sign-in-with.ts";
import { startIdentityProvider } from "../identity-provider/start-identity-provider.ts";
import { errorOf, pageOf, startBoth, startOidcApp, startVisit } from "../test/start-oidc-app.ts";

const confirmed: Partial<Settings> = { EMAIL_VERIFICATION: "optional" };
const password = "a long enough word";

type Both = Awaited<ReturnType<typeof startBoth>>;

describeDatabases((dialect) => {
  test("OID-25: same e-mail as local A, IdP says `email_verified: true` and A's address is verified here → link only per policy (default: ask for A's password first)", async () => {
    await using both = await startBoth(dialect, { settings: confirmed });
    const { app, idp } = both;
    const local = await makeLocal(both, "anna", "ann@example.com", { isVerified: true });
    const bob = await app.signIn("bobby");

    const ann = await signInWith(idp, "ann", { app: app.url, as: "idp", start: { returnTo: "/tasks" } });
    expect(pageOf(ann.landing)).toMatch(/^\/auth\/continue\?t=[\w-]+$/);
    expect(await identitiesOf(both)).toEqual([]);
    const id = idOf(ann.landing.url);
    expect(await ann.browser.mutate(app.url, "auth.oidc.pending", { id })).toEqual({
      step: "confirm",
      provider: { name: "idp", label: "The Works" },
      username: "anna",
      email: null,
      emailRequired: false,
    });

    // Another browser has nothing of it, and a wrong password is one.
    const stranger = openPlainBrowser();
    await startVisit(app, stranger);
    for (const call of ["pending", "confirm", "complete"]) {
      const input = { id, ...(call === "confirm" ? { password } : call === "complete" ? { username: "x" } : {}) };
      await expect(stranger.mutate(app.url, `auth.oidc.${call}`, input)).rejects.toThrow("SIGN_IN_LINK_INVALID");
    }
    const confirm = (given: string) => ann.browser.mutate(app.url, "auth.oidc.confirm", { id, password: given });
    await expect(confirm("wrong")).rejects.toThrow("INVALID_CREDENTIALS");
    await expect(confirm(bob.password)).rejects.toThrow("INVALID_CREDENTIALS");
    // What was asked is no new account either.
    await expect(ann.browser.mutate(app.url, "auth.oidc.complete", { id, username: "evil" })).rejects.toThrow(
      "SIGN_IN_LINK_INVALID",
    );
    expect(await identitiesOf(both)).toEqual([]);

    expect(await confirm(password)).toMatchObject({ user: { username: "anna" }, to: "/tasks" });
    expect(await identitiesOf(both)).toMatchObject([{ userId: local, subject: "ann" }]);
    await expect(confirm(password)).rejects.toThrow("SIGN_IN_LINK_INVALID");
    const again = await signInWith(idp, "ann", { app: app.url, as: "idp" });
    expect(pageOf(again.landing)).toBe("/auth/signed-in?to=%2F");
    const who = await app.http("who", { method: "GET", cookie: again.cookie });
    expect(await who.json()).toMatchObject({ result: { data: "anna" } });
  });

  test("OID-25: the other policies: `trust` links at once, `never` makes an account without the address", async () => {
    for (const [linkByEmail, names] of [
      ["trust", ["anna"]],
      ["never", ["ann", "anna"]],
    ] as const) {
      await using both = await startBoth(dialect, { settings: confirmed, provider: { linkByEmail } });
      const local = await makeLocal(both, "anna", "ann@example.com", { isVerified: true });
      const { landing } = await signInWith(both.idp, "ann", { app: both.app.url, as: "idp" });

      expect(pageOf(landing)).toBe("/auth/signed-in?to=%2F");
      const { users } = both.app.db.tables;
      const all = await both.app.db.select().from(users);
      expect(all.map(({ username }) => username).toSorted()).toEqual(names);
      expect(all.find(({ id }) => id === local)?.email).toBe("ann@example.com");
      expect(all.filter(({ id, email }) => id !== local && email !== null)).toEqual([]);
    }
  });

  test("the password of a link is guessed no oftener than at the sign-in page", async () => {
    await using both = await startBoth(dialect, { settings: { ...confirmed, LOGIN_ATTEMPTS: 3 } });
    await makeLocal(both, "anna", "ann@example.com", { isVerified: true });
    const ann = await signInWith(both.idp, "ann", { app: both.app.url, as: "idp" });
    const id = idOf(ann.landing.url);
    const confirm = (given: string) => ann.browser.mutate(both.app.url, "auth.oidc.confirm", { id, password: given });
    for (let guess = 0; guess < 3; guess += 1) await expect(confirm("wrong")).rejects.toThrow("INVALID_CREDENTIALS");
    await expect(confirm(password)).rejects.toThrow("RATE_LIMITED");
  });

  test('OID-26: `email_verified` false / missing / the string "false" → never links, never marks verified', async () => {
    const said = [
      { emailVerified: false },
      { emailVerified: null },
      ...["false", "true", 1, {}].map((each) => ({ claims: { email_verified: each } })),
    ];
    const people = said.map((each, index) => ({ name: `p${index}`, email: "ann@example.com", ...each }));
    await using both = await startBoth(dialect, {
      settings: confirmed,
      provider: { linkByEmail: "trust" },
      idp: { users: [...people, { name: "control", email: "ann@example.com" }] },
    });
    const local = await makeLocal(both, "anna", "ann@example.com", { isVerified: true });
    for (const { name } of people) {
      const { landing } = await signInWith(both.idp, name, { app: both.app.url, as: "idp" });
      expect([name, pageOf(landing)]).toEqual([name, "/auth/signed-in?to=%2F"]);
    }
    const { users } = both.app.db.tables;
    const others = (await both.app.db.select().from(users)).filter(({ id }) => id !== local);
    expect(others).toHaveLength(people.length);
    for (const other of others) expect([other.emailKey, other.emailVerifiedAt]).toEqual([null, null]);
    expect((await identitiesOf(both)).some(({ userId }) => userId === local)).toBe(false);

    await signInWith(both.idp, "control", { app: both.app.url, as: "idp" });
    expect((await identitiesOf(both)).find(({ subject }) => subject === "control")?.userId).toBe(local);
  });

  test("EML-10, OID-26: an unverified squatter loses the address to who verified it at the provider, and is not linked", async () => {
    await using both = await startBoth(dialect, { settings: confirmed });
    const squatter = await makeLocal(both, "squatter", "ann@example.com", { isVerified: false });
    const { landing } = await signInWith(both.idp, "ann", { app: both.app.url, as: "idp" });

    expect(pageOf(landing)).toBe("/auth/signed-in?to=%2F");
    const { users } = both.app.db.tables;
    const all = await both.app.db.select().from(users);
    expect(all.find(({ id }) => id === squatter)?.emailKey).toBeNull();
    const ann = all.find(({ id }) => id !== squatter);
    expect([ann?.username, ann?.emailKey]).toEqual(["ann", "ann@example.com"]);
    expect(ann?.emailVerifiedAt).not.toBeNull();
    expect((await identitiesOf(both)).map(({ userId }) => userId)).toEqual([ann?.id]);
  });

  test("where addresses are not confirmed, one that somebody has is left with them", async () => {
    await using both = await startBoth(dialect, { provider: { linkByEmail: "trust" } });
    const local = await makeLocal(both, "anna", "ann@example.com", { isVerified: false });
    await signInWith(both.idp, "ann", { app: both.app.url, as: "idp" });

    const all = await both.app.db.select().from(both.app.db.tables.users);
    expect(all.find(({ id }) => id === local)?.emailKey).toBe("ann@example.com");
    expect(all.find(({ id }) => id !== local)).toMatchObject({ username: "ann", email: null });
  });

  test("OID-28: (iss, sub) already linked to B; A tries to link → refused; same sub at another issuer is another identity; subject compare is case-sensitive", async () => {
    await using idp = await startIdentityProvider({
      users: [{ name: "ann" }, { name: "bob" }, { name: "up", subject: "ANN" }],
    });
    await using other = await startIdentityProvider({ users: [{ name: "ann" }] });
    const second = { name: "second", issuer: other.issuer, clientId: other.clientId, clientSecret: other.clientSecret };
    await using app = await startOidcApp(dialect, idp, { others: [second], provider: { linkByEmail: "never" } });
    await signInWith(idp, "bob", { app: app.url, as: "idp" });
    const ann = await signInWith(idp, "ann", { app: app.url, as: "idp" });

    // Ann, signed in, comes back as Bob.
    ann.browser.forget(idp.issuer);
    const link = await linkAs(app, idp, "bob", ann.browser, "idp", ann.cookie);
    expect(errorOf(link)).toBe("taken");
    const mine = await list(app, ann.cookie);
    expect(mine).toMatchObject([{ provider: "idp", isLast: true }]);

    // Another way in of her own is one.
    const linked = await linkAs(app, other, "ann", openPlainBrowser(), "second", ann.cookie);
    expect(pageOf(linked)).toBe("/auth/signed-in?to=%2Faccount");
    expect(await list(app, ann.cookie)).toMatchObject([
      { provider: "idp", isLast: false },
      { provider: "second", isLast: false },
    ]);
    await signInWith(idp, "up", { app: app.url, as: "idp" });
    const { identities, users } = app.db.tables;
    expect(await app.db.select().from(users)).toHaveLength(3);
    const all = await app.db.select().from(identities);
    expect(all.map(({ subject }) => subject).toSorted()).toEqual(["ANN", "ann", "ann", "bob"]);
  });

  test("linking needs a fresh session, the same one at the end, and nobody who acts as somebody else", async () => {
    await using both = await startBoth(dialect);
    const { app, idp } = both;
    const start = (cookie?: string) =>
      app.http("auth.oidc.start", { input: { provider: "idp", purpose: "link" }, cookie });
    expect((await start()).status).toBe(401);
    const eve = await app.signIn("eve");
    const mallory = await app.signIn("mallory");
    const { sessions } = app.db.tables;

    // Begun by Eve, ended in Mallory's session: what is linked would be Mallory's.
    const browser = openPlainBrowser();
    const begun = await linkUrl(app, browser, eve.cookie);
    const callback = await signInAtProvider(idp, "ann", { url: begun.url, browser: openPlainBrowser() });
    const answer = await fetch(callback, {
      headers: { cookie: `${begun.binding}; ${mallory.cookie}` },
      redirect: "manual",
    });
    expect(answer.headers.get("location")).toMatch(/^\/auth\/error\?code=expired/);
    expect(await identitiesOf(both)).toEqual([]);

    await app.db.update(sessions).set({ impersonatedBy: mallory.id }).where(eq(sessions.userId, eve.id));
    const acting = await linkAs(app, idp, "ann", openPlainBrowser(), "idp", eve.cookie);
    expect(errorOf(acting)).toBe("failed");

    await app.db.update(sessions).set({ authenticatedAt: new Date(0), impersonatedBy: null });
    expect(await (await start(eve.cookie)).json()).toMatchObject({ error: { data: { reason: "REAUTH" } } });
    expect(await identitiesOf(both)).toEqual([]);
  });

  test("OID-29: inactive user by OIDC → refused like by password; unlinking the last login method → refused", async () => {
    await using both = await startBoth(dialect);
    const { app, idp } = both;
    const ann = await signInWith(idp, "ann", { app: app.url, as: "idp" });
    const [identity] = await list(app, ann.cookie);

    const unlink = (id: string, cookie = ann.cookie) =>
      app.http("account.identities.unlink", { input: { id }, cookie });
    expect(await (await unlink(identity?.id ?? "")).json()).toMatchObject({
      error: { data: { reason: "LAST_SIGN_IN_METHOD" } },
    });
    // Nobody else's, and with a password it can go.
    const bob = await signInWith(idp, "bob", { app: app.url, as: "idp" });
    expect((await unlink(identity?.id ?? "", bob.cookie)).status).toBe(404);
    expect(await identitiesOf(both)).toHaveLength(2);
    const { users } = app.db.tables;
    const [row] = await app.db.select().from(users).where(eq(users.username, "ann"));
    const userId = row?.id ?? "";
    await app.db.update(users).set({ passwordHash: "$argon2id$" }).where(eq(users.id, userId));
    expect((await unlink(identity?.id ?? "")).status).toBe(200);
    expect((await identitiesOf(both)).map(({ subject }) => subject)).toEqual(["bob"]);

    const { landing, cookie } = await signInWith(idp, "bob", { app: app.url, as: "idp" });
    expect(pageOf(landing)).toBe("/auth/signed-in?to=%2F");
    const [bobs] = await app.db.select().from(users).where(eq(users.username, "bob"));
    await app.auth.accounts.setActive(bobs?.id ?? "", false);
    expect((await app.http("who", { method: "GET", cookie })).status).toBe(401);
    const refused = await signInWith(idp, "bob", { app: app.url, as: "idp" });
    expect(errorOf(refused.landing)).toBe("refused");
    expect((await app.http("who", { method: "GET", cookie: refused.cookie })).status).toBe(401);
  });

  test("OID-29: a password is no way in for who has no name to type beside it", async () => {
    for (const [fields, outcome] of [
      ["email", "refused"],
      ["username,email", "unlinked"],
    ] as const) {
      await using both = await startBoth(dialect, { settings: { LOGIN_FIELDS: fields } });
      const { app, idp } = both;
      const { browser } = await signInWith(idp, "ann", { app: app.url, as: "idp" });
      await browser.mutate(app.url, "account.setPassword", { password });
      await app.db.update(app.db.tables.users).set({ email: null, emailKey: null, emailVerifiedAt: null });
      const [identity] = await identitiesOf(both);
      const unlinked = browser.mutate(app.url, "account.identities.unlink", { id: identity?.id });
      const failed = (error: unknown) => (String(error).includes("LAST_SIGN_IN_METHOD") ? "refused" : String(error));
      expect([fields, await unlinked.then(() => "unlinked", failed)]).toEqual([fields, outcome]);
    }
  });

  test("of two ways in that are given up at once, one stays", async () => {
    await using idp = await startIdentityProvider({ users: [{ name: "ann" }] });
    await using other = await startIdentityProvider({ users: [{ name: "ann" }] });
    const second = { name: "second", issuer: other.issuer, clientId: other.clientId, clientSecret: other.clientSecret };
    await using app = await startOidcApp(dialect, idp, { others: [second] });
    const ann = await signInWith(idp, "ann", { app: app.url, as: "idp" });
    await linkAs(app, other, "ann", openPlainBrowser(), "second", ann.cookie);
    const ids = (await list(app, ann.cookie)).map(({ id }) => id);
    expect(ids).toHaveLength(2);

    const answers = await Promise.all(
      ids.map((id) => app.http("account.identities.unlink", { input: { id }, cookie: ann.cookie })),
    );
    expect(answers.map(({ status }) => String(status)).toSorted()).toEqual(["200", "409"]);
    expect(await list(app, ann.cookie)).toMatchObject([{ isLast: true }]);
  });

  test('OID-34: e-mail missing from IdP → asks the user, no crash, no shared "null" account; empty id → refused', async () => {
    await using both = await startBoth(dialect, {
      settings: { EMAIL_REQUIRED: true },
      idp: {
        users: [
          { name: "ann", email: null },
          { name: "bob", email: null },
        ],
      },
    });
    const { app, idp } = both;
    const waiting = openPlainBrowser();
    const callback = await signInAtProvider(idp, "ann", { url: await startVisit(app, waiting), browser: waiting });
    const asked = await fetch(callback, { headers: { cookie: waiting.cookie(app.url) ?? "" }, redirect: "manual" });
    // There are ten minutes from here on, for the browser's cookie too.
    expect(asked.headers.getSetCookie()).toEqual([expect.stringMatching(/^oidc-[\da-f]{8}=[\w-]{43};.*Max-Age=600$/)]);
    const ann = await signInWith(idp, "ann", { app: app.url, as: "idp", start: { returnTo: "/tasks" } });
    const id = idOf(ann.landing.url);
    expect(await ann.browser.mutate(app.url, "auth.oidc.pending", { id })).toMatchObject({
      step: "complete",
      username: "ann",
      email: null,
      emailRequired: true,
    });
    const complete = (browser: PlainBrowser, input: object) => browser.mutate(app.url, "auth.oidc.complete", input);
    await expect(complete(ann.browser, { id, username: "ann" })).rejects.toThrow("INVALID_FIELDS");
    await app.auth.accounts.register({ username: "Taken", email: "taken@example.com", password }, nobody);
    await expect(complete(ann.browser, { id, username: "taken", email: "a@example.com" })).rejects.toThrow(
      "INVALID_FIELDS",
    );
    await expect(complete(ann.browser, { id: "", username: "ann", email: "a@example.com" })).rejects.toThrow("400");

    const bob = await signInWith(idp, "bob", { app: app.url, as: "idp" });
    const done = await complete(ann.browser, { id, username: "annie", email: "annie@example.com" });
    expect(done).toMatchObject({ user: { username: "annie", emailVerified: false }, next: "signed_in", to: "/tasks" });
    await complete(bob.browser, { id: idOf(bob.landing.url), username: "bob", email: "bob@example.com" });
    await expect(complete(ann.browser, { id, username: "again", email: "b@example.com" })).rejects.toThrow(
      "SIGN_IN_LINK_INVALID",
    );
    const { users } = app.db.tables;
    expect((await app.db.select().from(users)).map(({ username }) => username).toSorted()).toEqual([
      "Taken",
      "annie",
      "bob",
    ]);
  });

  test("where addresses are confirmed first, an account with one that the provider did not verify waits for the mail", async () => {
    await using both = await startBoth(dialect, {
      settings: { EMAIL_VERIFICATION: "required" },
      idp: { users: [{ name: "ann", emailVerified: false }, { name: "bob" }] },
    });
    const { app, idp } = both;
    expect(pageOf((await signInWith(idp, "bob", { app: app.url, as: "idp" })).landing)).toMatch(/^\/auth\/signed-in/);
    expect(await app.takeMails()).toEqual([]);

    const ann = await signInWith(idp, "ann", { app: app.url, as: "idp" });
    const done = await ann.browser.mutate(app.url, "auth.oidc.complete", {
      id: idOf(ann.landing.url),
      username: "ann",
    });
    expect(done).toMatchObject({ user: null, next: "verify_email" });
    expect(await app.takeMails()).toMatchObject([{ to: "ann@example.com" }]);
    expect(errorOf((await signInWith(idp, "ann", { app: app.url, as: "idp" })).landing)).toBe("unverified");
    // Once the provider has seen that it is hers, that is as good as the mail.
    idp.setUser({ name: "ann" });
    expect(pageOf((await signInWith(idp, "ann", { app: app.url, as: "idp" })).landing)).toBe("/auth/signed-in?to=%2F");
  });

  test("what was asked can be cancelled, and a name that is taken gets a number", async () => {
    await using both = await startBoth(dialect, {
      settings: { EMAIL_REQUIRED: true },
      idp: { users: [{ name: "ann", email: null }, { name: "bob" }] },
    });
    const { app, idp } = both;
    const ann = await signInWith(idp, "ann", { app: app.url, as: "idp" });
    const id = idOf(ann.landing.url);
    await openPlainBrowser().mutate(app.url, "auth.oidc.cancel", { id });
    expect(await ann.browser.mutate(app.url, "auth.oidc.pending", { id })).toMatchObject({ username: "ann" });
    await ann.browser.mutate(app.url, "auth.oidc.cancel", { id });
    await expect(ann.browser.mutate(app.url, "auth.oidc.pending", { id })).rejects.toThrow("SIGN_IN_LINK_INVALID");

    await app.auth.accounts.register({ username: "Bob", email: "x@example.com", password }, nobody);
    const bob = await signInWith(idp, "bob", { app: app.url, as: "idp" });
    const who = await app.http("who", { method: "GET", cookie: bob.cookie });
    expect(await who.json()).toMatchObject({ result: { data: "bob2" } });
  });

  test("many who are called the same at the provider come in at once, each with a name of their own", async () => {
    const users = Array.from({ length: 12 }, (_, index) => ({
      name: `p${index}`,
      email: `p${index}@example.com`,
      claims: { preferred_username: "john" },
    }));
    await using both = await startBoth(dialect, { idp: { users }, settings: { REGISTER_ATTEMPTS: 100 } });
    const { app, idp } = both;
    const entered = users.map(({ name }) => signInWith(idp, name, { app: app.url, as: "idp" }));
    const pages = (await Promise.all(entered)).map(({ landing }) => pageOf(landing));
    expect(new Set(pages)).toEqual(new Set(["/auth/signed-in?to=%2F"]));
    const names = (await app.db.select().from(app.db.tables.users)).map(({ username }) => username);
    expect(new Set(names).size).toBe(users.length);
    expect(names.filter((name) => !/^john\d*$/.test(name))).toEqual([]);
  });

  test("sign-up can be closed, for the site or for one provider; whoever has an account comes in", async () => {
    await using both = await startBoth(dialect, {
      provider: { signUp: "closed", linkByEmail: "trust" },
      settings: confirmed,
    });
    await makeLocal(both, "anna", "ann@example.com", { isVerified: true });
    expect(pageOf((await signInWith(both.idp, "ann", { app: both.app.url, as: "idp" })).landing)).toMatch(/signed-in/);
    expect(errorOf((await signInWith(both.idp, "bob", { app: both.app.url, as: "idp" })).landing)).toBe("refused");

    await using closed = await startBoth(dialect, { settings: { SIGN_UP: false } });
    expect(errorOf((await signInWith(closed.idp, "bob", { app: closed.app.url, as: "idp" })).landing)).toBe("refused");
    expect(await closed.app.db.select().from(closed.app.db.tables.users)).toEqual([]);
  });

  test("`allow` decides at every sign-in who may enter, and nothing is made of those who may not", async () => {
    const allowed = new Set(["ann"]);
    await using both = await startBoth(dialect, { provider: { allow: ({ sub }) => allowed.has(sub) } });
    const go = async (name: string) => (await signInWith(both.idp, name, { app: both.app.url, as: "idp" })).landing;
    expect(pageOf(await go("ann"))).toMatch(/signed-in/);
    expect(errorOf(await go("bob"))).toBe("refused");
    allowed.clear();
    expect(errorOf(await go("ann"))).toBe("refused");
    expect(await both.app.db.select().from(both.app.db.tables.users)).toHaveLength(1);
  });

  test("OID-31: profile claims cannot set roles, superuser, protected fields", async () => {
    const evil = {
      is_superuser: true,
      isSuperuser: true,
      is_staff: true,
      isStaff: true,
      id: "1",
      user_id: "1",
      version: 99,
    };
    const rights = {
      permissions: ["admin.everything"],
      roles: ["admin"],
      passwordHash: "x",
      username: "root",
      groups: ["staff"],
    };
    await using both = await startBoth(dialect, {
      provider: { groupsClaim: "groups" },
      idp: { users: [{ name: "ann", claims: { ...evil, ...rights } }, { name: "bob" }] },
    });
    const { app, idp } = both;
    await app.auth.rights.setGroup("staff", []);
    const ann = await signInWith(idp, "ann", { app: app.url, as: "idp" });

    const [user] = await app.db.select().from(app.db.tables.users);
    expect(user).toMatchObject({ username: "ann", isStaff: false, isSuperuser: false, passwordHash: null });
    // A group there is none here by having the same name.
    expect((await app.http("staff", { method: "GET", cookie: ann.cookie })).status).toBe(403);

    await using named = await startBoth(dialect, {
      provider: { mapClaims: (claims) => ({ username: claims.sub, isSuperuser: claims["role"] === "root" }) },
      idp: { users: [{ name: "ann", claims: { role: "root" } }, { name: "bob" }] },
    });
    for (const name of ["ann", "bob"]) await signInWith(named.idp, name, { app: named.app.url, as: "idp" });
    const ranks = await named.app.db.select().from(named.app.db.tables.users);
    const superusers = ranks.filter(({ isSuperuser }) => isSuperuser).map(({ username }) => username);
    expect([ranks.length, superusers]).toEqual([2, ["ann"]]);
    // The last superuser stays one, whatever is said of them.
    named.idp.setUser({ name: "ann", claims: { role: "none" } });
    await signInWith(named.idp, "ann", { app: named.app.url, as: "idp" });
    expect((await named.app.db.select().from(named.app.db.tables.users)).some(({ isSuperuser }) => isSuperuser)).toBe(
      true,
    );
  });

  test("groups follow the claims, on open screens too; what somebody here gave is left alone", async () => {
    await using both = await startBoth(dialect, {
      provider: { groupsClaim: "groups", groups: { works: "staff", lab: "lab", gone: "nowhere" } },
      idp: { users: [{ name: "ann", groups: ["works", "gone", "toString"] }, { name: "bob" }] },
    });
    const { app, idp } = both;
    await app.auth.rights.setGroup("staff", []);
    await app.auth.rights.setGroup("lab", []);
    const ann = await signInWith(idp, "ann", { app: app.url, as: "idp" });
    const bob = await signInWith(idp, "bob", { app: app.url, as: "idp" });
    const staff = async (cookie: string) => (await app.http("staff", { method: "GET", cookie })).status;
    expect([await staff(ann.cookie), await staff(bob.cookie)]).toEqual([200, 403]);
    const { groupMembers, users } = app.db.tables;
    const [row] = await app.db.select().from(users).where(eq(users.username, "ann"));
    const annId = row?.id ?? "";
    await app.auth.rights.addToGroup(annId, "lab");

    idp.setUser({ name: "ann", groups: ["lab"] });
    await signInWith(idp, "ann", { app: app.url, as: "idp" });
    expect(await staff(ann.cookie)).toBe(403);
    idp.setUser({ name: "ann", groups: [] });
    await signInWith(idp, "ann", { app: app.url, as: "idp" });
    expect(await app.db.select().from(groupMembers).where(eq(groupMembers.userId, annId))).toHaveLength(1);
  });

  test("step-up goes through the provider: it must have asked anew, and be the same person", async () => {
    await using both = await startBoth(dialect);
    const { app, idp } = both;
    const ann = await signInWith(idp, "ann", { app: app.url, as: "idp" });
    const { sessions } = app.db.tables;
    const stale = () => app.db.update(sessions).set({ authenticatedAt: new Date(Date.now() - 86_400_000) });
    const isFresh = async () =>
      (await app.http("account.sessions.list", { method: "GET", cookie: ann.browser.cookie(app.url) ?? "" })).status;
    await stale();
    expect(await isFresh()).toBe(403);
    const before = ann.browser.cookie(app.url);

    const url = await startVisit(app, ann.browser, { purpose: "step-up", returnTo: "/account" });
    expect(new URL(url).searchParams.get("prompt")).toBe("login");
    expect(new URL(url).searchParams.get("max_age")).toBe("0");
    const callback = await signInAtProvider(idp, "ann", { url, browser: ann.browser });
    expect(pageOf(await ann.browser.visit(callback))).toBe("/auth/signed-in?to=%2Faccount");
    expect(await isFresh()).toBe(200);
    // The token before it opens nothing any more.
    expect((await app.http("who", { method: "GET", cookie: before ?? "" })).status).toBe(401);

    await stale();
    const other = await startVisit(app, ann.browser, { purpose: "step-up" });
    const asBob = await signInAtProvider(idp, "bob", { url: other, browser: openPlainBrowser() });
    expect(errorOf(await ann.browser.visit(asBob))).toBe("other");
    expect(await isFresh()).toBe(403);
  });
});

const nobody = { ip: null, userAgent: null, presented: null };

async function makeLocal(
  { app }: Both,
  username: string,
  email: string,
  { isVerified }: { readonly isVerified: boolean },
): Promise<string> {
  const made = await app.auth.accounts.register({ username, email, password }, nobody);
  if (made.status !== "signed-in") throw new Error(`${username} was not made: ${made.status}.`);
  const { users } = app.db.tables;
  const { id } = made.principal.user;
  if (isVerified) await app.db.update(users).set({ emailVerifiedAt: new Date() }).where(eq(users.id, id));
  return id;
}

function identitiesOf({ app }: Both) {
  return app.db.select().from(app.db.tables.identities);
}

function idOf(url: string): string {
  return new URL(url).searchParams.get("t") ?? "";
}

async function list(app: Both["app"], cookie: string): Promise<{ id: string; provider: string; isLast: boolean }[]> {
  const answer = await app.http("account.identities.list", { method: "GET", cookie });
  return ((await answer.json()) as { result: { data: { id: string; provider: string; isLast: boolean }[] } }).result
    .data;
}

/** Begins to link as a page of whoever has this cookie would: where to go, and the cookie that is set for it. */
async function linkUrl(app: Both["app"], _browser: PlainBrowser, cookie: string, provider = "idp") {
  const input = { provider, purpose: "link", returnTo: "/account" };
  const start = await app.http("auth.oidc.start", { input, cookie });
  const { result } = (await start.json()) as { result: { data: { url: string } } };
  return { url: result.data.url, binding: start.headers.getSetCookie()[0]?.split(";")[0] ?? "" };
}

async function linkAs(
  app: Both["app"],
  idp: { readonly issuer: string },
  name: string,
  browser: PlainBrowser,
  provider: string,
  cookie: string,
) {
  const { url, binding } = await linkUrl(app, browser, cookie, provider);
  const callback = await signInAtProvider(idp, name, { url, browser });
  const answer = await fetch(callback, {
    headers: { cookie: `${withoutBinding(cookie)}; ${binding}` },
    redirect: "manual",
  });
  return { url: new URL(answer.headers.get("location") ?? "", app.url).href };
}

function withoutBinding(cookie: string): string {
  return cookie
    .split("; ")
    .filter((pair) => !pair.startsWith("oidc-"))
    .join("; ");
}
