import { createRemoteJWKSet, decodeProtectedHeader, jwtVerify } from "jose";
import * as client from "openid-client";
import { expect, test, vi } from "vitest";

import { startBareClient } from "../test/oidc/bare-client.ts";

import { openPlainBrowser, startIdentityProvider } from "./index.ts";

test("openid-client signs a user in with code and PKCE, and reads who they are", async () => {
  const ann = { name: "ann", fullName: "Ann Lee", groups: ["staff", "tea"], claims: { department: "Tea" } };
  await using provider = await startIdentityProvider({ users: [ann, { name: "bob" }] });
  await using app = await startBareClient(provider);

  const { claims, config, tokens } = await app.signIn("ann");

  const said = {
    sub: "ann",
    preferred_username: "ann",
    name: "Ann Lee",
    given_name: "Ann",
    family_name: "Lee",
    email: "ann@example.com",
    email_verified: true,
    groups: ["staff", "tea"],
    department: "Tea",
  };
  expect(claims).toMatchObject({
    ...said,
    iss: provider.issuer,
    aud: provider.clientId,
    sid: expect.stringMatching(/./) as string,
  });
  await expect(client.fetchUserInfo(config, tokens.access_token, "ann")).resolves.toEqual(said);
  expect((await app.signIn("bob")).claims).toMatchObject({ sub: "bob", email: "bob@example.com" });
});

test("a user may have another subject, no address, one that is not verified, or claims of the wrong kind", async () => {
  await using provider = await startIdentityProvider({
    users: [
      { name: "ann", subject: "A-1", email: null },
      { name: "bob", emailVerified: false },
      { name: "cas", emailVerified: null },
      { name: "dee", claims: { email_verified: "false" } },
    ],
  });
  await using app = await startBareClient(provider);

  const [ann, bob, cas, dee] = [
    (await app.signIn("ann")).claims,
    (await app.signIn("bob")).claims,
    (await app.signIn("cas")).claims,
    (await app.signIn("dee")).claims,
  ];

  expect(ann).toMatchObject({ sub: "A-1" });
  expect(ann).not.toHaveProperty("email");
  expect(bob).toMatchObject({ email: "bob@example.com", email_verified: false });
  expect(cas).not.toHaveProperty("email_verified");
  expect(dee).toMatchObject({ email_verified: "false" });
});

test("a public client needs no secret, a confidential one the right one", async () => {
  await using provider = await startIdentityProvider({
    users: [{ name: "ann" }],
    clients: [{}, { clientId: "public", isPublic: true }],
  });
  await using open = await startBareClient({ ...provider, ...provider.client("public") });
  await using wrong = await startBareClient({ ...provider, clientSecret: "guessed" });

  expect((await open.signIn("ann")).claims.aud).toBe("public");
  await expect(wrong.signIn("ann")).rejects.toMatchObject({ error: "invalid_client" });
});

test("only what its clients use to prove who they are is announced and taken", async () => {
  await using provider = await startIdentityProvider({
    users: [{ name: "ann" }],
    clients: [{ authentication: "client_secret_basic" }],
  });
  await using posting = await startBareClient(provider);

  const { token_endpoint_auth_methods_supported } = (await posting.discover()).serverMetadata();
  expect(token_endpoint_auth_methods_supported).toEqual(["client_secret_basic"]);
  await expect(posting.signIn("ann")).rejects.toMatchObject({ error: "invalid_client" });
  await using basic = await startBareClient(provider, { authenticate: client.ClientSecretBasic });
  await expect(basic.signIn("ann")).resolves.toBeTruthy();
});

test.each(["RS256", "PS256", "ES256", "EdDSA"] as const)(
  "ID tokens are signed with %s where a client asks for it",
  async (algorithm) => {
    await using provider = await startIdentityProvider({ users: [{ name: "ann" }], clients: [{ algorithm }] });
    await using app = await startBareClient(provider);
    const { tokens } = await app.signIn("ann");

    expect(decodeProtectedHeader(tokens.id_token ?? "").alg).toBe(algorithm);
    const keys = createRemoteJWKSet(new URL("/jwks", provider.issuer));
    await expect(jwtVerify(tokens.id_token ?? "", keys, { audience: provider.clientId })).resolves.toBeTruthy();
  },
);

test("a code without the verifier it was asked for with is refused", async () => {
  await using provider = await startIdentityProvider({ users: [{ name: "ann" }] });
  await using app = await startBareClient(provider);
  const { config, callback } = await app.signIn("ann");
  const code = new URL(callback).searchParams.get("code") ?? "";

  const exchange = client.genericGrantRequest(config, "authorization_code", {
    code,
    redirect_uri: app.redirectUri,
    code_verifier: client.randomPKCECodeVerifier(),
  });

  await expect(exchange).rejects.toMatchObject({ error: "invalid_grant" });
});

test("a refresh token is good for one use; the second use ends them all", async () => {
  await using provider = await startIdentityProvider({ users: [{ name: "ann" }], accessTokenSeconds: 30 });
  await using app = await startBareClient(provider);
  const { config, tokens } = await app.signIn("ann");
  expect(tokens.expires_in).toBe(30);

  const first = tokens.refresh_token ?? "";
  provider.setUser({ name: "ann", groups: ["new"] });
  const refreshed = await client.refreshTokenGrant(config, first);
  expect(refreshed.refresh_token).not.toBe(first);
  expect(refreshed.claims()).toMatchObject({ sub: "ann", groups: ["new"] });

  await expect(client.refreshTokenGrant(config, first)).rejects.toMatchObject({ error: "invalid_grant" });
  const second = client.refreshTokenGrant(config, refreshed.refresh_token ?? "");
  await expect(second).rejects.toMatchObject({ error: "invalid_grant" });
});

test("a user who is removed can neither sign in nor be refreshed", async () => {
  await using provider = await startIdentityProvider({ users: [{ name: "ann" }, { name: "bob" }] });
  await using app = await startBareClient(provider);
  const [ann, bob] = [await app.signIn("ann"), await app.signIn("bob")];

  provider.removeUser("ann");

  await expect(app.signIn("ann")).rejects.toThrow("did not let ann in");
  const refreshed = client.refreshTokenGrant(ann.config, ann.tokens.refresh_token ?? "");
  await expect(refreshed).rejects.toMatchObject({ error: "invalid_grant" });
  await expect(client.refreshTokenGrant(bob.config, bob.tokens.refresh_token ?? "")).resolves.toBeTruthy();
});

test("a browser that is signed in is not asked again, unless the app demands it; auth_time tells", async () => {
  await using provider = await startIdentityProvider({ users: [{ name: "ann" }, { name: "bob" }] });
  await using app = await startBareClient(provider);
  const browser = openPlainBrowser();
  const first = await app.signIn("ann", { browser, parameters: { max_age: "3600" } });
  await vi.waitFor(() => expect(Date.now() / 1000).toBeGreaterThan(Number(first.claims["auth_time"]) + 1), 3000);

  const again = await app.signIn("bob", { browser, parameters: { max_age: "3600" } });
  const demanded = await app.signIn("ann", { browser, parameters: { prompt: "login", max_age: "0" } });
  const other = await app.signIn("bob", { browser, parameters: { prompt: "login" } });

  expect(again.claims).toMatchObject({ sub: "ann", auth_time: first.claims["auth_time"] });
  expect(demanded.claims.sub).toBe("ann");
  expect(demanded.claims["auth_time"]).toBeGreaterThan(Number(first.claims["auth_time"]));
  expect(other.claims.sub).toBe("bob");
});

test("whoever cancels is sent back with access_denied", async () => {
  await using provider = await startIdentityProvider({ users: [{ name: "ann" }] });
  await using app = await startBareClient(provider);
  const url = client.buildAuthorizationUrl(await app.discover(), {
    redirect_uri: app.redirectUri,
    scope: "openid",
    code_challenge: await client.calculatePKCECodeChallenge("a".repeat(43)),
    code_challenge_method: "S256",
    state: "mine",
  });
  const browser = openPlainBrowser();

  const page = await browser.visit(url.href);
  const answer = await browser.submit(page, { cancel: "yes" }, { until: (next) => next.startsWith(app.redirectUri) });

  expect(Object.fromEntries(new URL(answer.url).searchParams)).toMatchObject({
    error: "access_denied",
    state: "mine",
    iss: provider.issuer,
  });
});

test("an address that is not the app's is refused at the provider, and so is one elsewhere where none is named", async () => {
  await using provider = await startIdentityProvider({
    users: [{ name: "ann" }],
    clients: [{ app: { url: "http://localhost:4000", as: "test" } }, { clientId: "any" }],
  });
  const ask = async (clientId: string, redirectUri: string) => {
    const parameters = new URLSearchParams({
      client_id: clientId,
      redirect_uri: redirectUri,
      response_type: "code",
      scope: "openid",
      code_challenge: await client.calculatePKCECodeChallenge("a".repeat(43)),
      code_challenge_method: "S256",
    });
    return (await fetch(`${provider.issuer}/auth?${parameters.toString()}`, { redirect: "manual" })).status;
  };

  await expect(ask("countersign", "http://localhost:4000/auth/oidc/test/callback")).resolves.toBe(303);
  await expect(ask("countersign", "http://localhost:4001/auth/oidc/test/callback")).resolves.toBe(400);
  await expect(ask("countersign", "http://localhost:4000/auth/oidc/other/callback")).resolves.toBe(400);
  await expect(ask("any", "http://localhost:4001/auth/oidc/test/callback")).resolves.toBe(303);
  await expect(ask("any", "http://localhost:4001/elsewhere")).resolves.toBe(400);
  await expect(ask("any", "http://app.example.com/auth/oidc/test/callback")).resolves.toBe(400);
});

test("new keys sign what comes after; the old ones stay published until they are dropped", async () => {
  await using provider = await startIdentityProvider({ users: [{ name: "ann" }] });
  await using app = await startBareClient(provider);
  const published = async () => {
    const { keys } = (await (await fetch(`${provider.issuer}/jwks`)).json()) as { keys: { kid: string }[] };
    return keys.map(({ kid }) => kid);
  };
  const kid = async () => decodeProtectedHeader((await app.signIn("ann")).tokens.id_token ?? "").kid ?? "";
  const old = await kid();

  await provider.rotateKeys();
  const next = await kid();
  expect(next).not.toBe(old);
  await expect(published()).resolves.toEqual(expect.arrayContaining([old, next]));

  await provider.rotateKeys({ keepOld: false });
  expect(await published()).not.toContain(next);
});

test("a sign-out that the app begins ends the session at the provider and comes back with its state", async () => {
  await using provider = await startIdentityProvider({ users: [{ name: "ann" }] });
  await using app = await startBareClient(provider);
  const browser = openPlainBrowser();
  const { config, tokens } = await app.signIn("ann", { browser });
  const back = new URL("logged-out", app.redirectUri).href;
  const url = client.buildEndSessionUrl(config, {
    id_token_hint: tokens.id_token ?? "",
    post_logout_redirect_uri: back,
    state: "mine",
  });

  const page = await browser.visit(url.href);
  const landing = await browser.submit(page, { logout: "yes" }, { until: (next) => next.startsWith(back) });

  expect(landing.url).toBe(`${back}?state=mine`);
  expect(app.logoutTokens).toHaveLength(1);
  const refreshed = client.refreshTokenGrant(config, tokens.refresh_token ?? "");
  await expect(refreshed).rejects.toMatchObject({ error: "invalid_grant" });
});

test("ending a user's sessions tells the app with a token that holds", async () => {
  await using provider = await startIdentityProvider({ users: [{ name: "ann" }, { name: "bob" }] });
  await using app = await startBareClient(provider);
  const [ann, bob] = [await app.signIn("ann"), await app.signIn("bob")];

  const uri = new URL("backchannel-logout", app.redirectUri).href;
  await expect(provider.endSession("ann")).resolves.toEqual([{ clientId: "countersign", uri, status: 200 }]);

  const keys = createRemoteJWKSet(new URL("/jwks", provider.issuer));
  const { payload, protectedHeader } = await jwtVerify(app.logoutTokens[0] ?? "", keys);
  expect(protectedHeader.typ).toBe("logout+jwt");
  expect(payload).toMatchObject({
    iss: provider.issuer,
    aud: provider.clientId,
    sub: "ann",
    sid: ann.claims["sid"],
    jti: expect.stringMatching(/./) as string,
    events: { "http://schemas.openid.net/event/backchannel-logout": {} },
  });
  expect(payload).not.toHaveProperty("nonce");
  const refreshed = client.refreshTokenGrant(ann.config, ann.tokens.refresh_token ?? "");
  await expect(refreshed).rejects.toMatchObject({ error: "invalid_grant" });
  await expect(client.refreshTokenGrant(bob.config, bob.tokens.refresh_token ?? "")).resolves.toBeTruthy();
});

test("the variables name the provider, its client and that it is on this machine", async () => {
  await using provider = await startIdentityProvider({
    users: [],
    clients: [{}, { clientId: "public", isPublic: true }],
  });
  const { issuer, clientId, clientSecret } = provider;

  expect(provider.environment()).toEqual({
    OIDC_ISSUER: issuer,
    OIDC_CLIENT_ID: clientId,
    OIDC_CLIENT_SECRET: clientSecret,
    OIDC_ALLOW_PRIVATE: "true",
  });
  expect(provider.environment("my-idp", "public")).toEqual({
    OIDC_PROVIDERS: "my-idp",
    MY_IDP_ISSUER: issuer,
    MY_IDP_CLIENT_ID: "public",
    MY_IDP_ALLOW_PRIVATE: "true",
  });
});
