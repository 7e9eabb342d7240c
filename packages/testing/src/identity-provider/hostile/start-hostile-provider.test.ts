import { createRemoteJWKSet, jwtVerify } from "jose";
import * as client from "openid-client";
import { expect, test } from "vitest";

import { startBareClient } from "../../test/oidc/bare-client.ts";
import { type ForgedSignature, type HostileAnswer, hostileAnswers, startHostileProvider } from "../index.ts";

const users = [{ name: "ann" }];
const json = { "content-type": "application/json" };

test("it is honest until it is told to lie, and tells what it was asked", async () => {
  await using hostile = await startHostileProvider({ users });
  await using app = await startBareClient(hostile);

  const { claims } = await app.signIn("ann");

  expect(claims).toMatchObject({ sub: "ann", iss: hostile.issuer });
  expect(hostile.requests("discovery")).toHaveLength(1);
  expect(hostile.requests("jwks")).toHaveLength(1);
  expect(hostile.requests("token")).toHaveLength(1);
  expect(new URLSearchParams(hostile.requests("token")[0]?.body).get("grant_type")).toBe("authorization_code");
  expect(hostile.environment("test")).toMatchObject({ TEST_ISSUER: hostile.issuer });
});

test.each([
  ["the issuer of another", { issuer: "https://other.example.com" }],
  ["its issuer with a path", { issuer: "SELF/other" }],
  ["no issuer", { issuer: undefined }],
])("a discovery document with %s", async (_, changes) => {
  await using hostile = await startHostileProvider({ users });
  await using app = await startBareClient(hostile);
  await expect(app.discover()).resolves.toBeTruthy();

  hostile.change("discovery", { issuer: changes.issuer?.replace("SELF", hostile.issuer) });
  await expect(app.discover()).rejects.toThrow(/issuer|invalid/);

  hostile.honest();
  await expect(app.discover()).resolves.toBeTruthy();
});

test.each<[string, HostileAnswer]>([
  ["400", hostileAnswers.badRequest],
  ["500", hostileAnswers.serverError],
  ["a page", hostileAnswers.html],
  ["half a JSON", hostileAnswers.brokenJson],
  ["nothing, the connection cut", hostileAnswers.cut],
  ["a redirect", hostileAnswers.redirect("http://127.0.0.1:9/")],
  ["something made up", { status: 200, headers: json, body: "[]" }],
])("the token endpoint answers with %s", async (_, answer) => {
  await using hostile = await startHostileProvider({ users });
  await using app = await startBareClient(hostile);

  hostile.answer("token", answer);
  await expect(app.signIn("ann")).rejects.toThrow(Error);
  expect(hostile.requests("token")).toHaveLength(1);

  hostile.answer("token", null);
  await expect(app.signIn("ann")).resolves.toBeTruthy();
});

test("an answer may be late, drip, or be huge, and is the real one all the same", async () => {
  await using hostile = await startHostileProvider({ users });
  const read = async () => {
    const start = performance.now();
    const response = await fetch(`${hostile.issuer}/jwks`);
    const headersAfter = performance.now() - start;
    const body = await response.text();
    return { headersAfter, bodyAfter: performance.now() - start, body };
  };
  const real = await read();

  hostile.answer("jwks", hostileAnswers.slow(300));
  const late = await read();
  hostile.answer("jwks", hostileAnswers.drip(300));
  const dripped = await read();
  hostile.answer("jwks", hostileAnswers.huge(3_000_000));
  const huge = await read();

  expect(late.headersAfter).toBeGreaterThan(295);
  expect(dripped.headersAfter).toBeLessThan(dripped.bodyAfter - 200);
  expect(dripped.bodyAfter).toBeGreaterThan(295);
  expect(huge.body.length).toBeGreaterThanOrEqual(3_000_000);
  for (const each of [late, dripped, huge]) expect(JSON.parse(each.body)).toEqual(JSON.parse(real.body));
});

test("whoever leaves a late answer holds nothing up", async () => {
  const start = performance.now();
  {
    await using hostile = await startHostileProvider({ users });
    hostile.answer("jwks", hostileAnswers.slow(60_000));
    const asked = fetch(`${hostile.issuer}/jwks`, { signal: AbortSignal.timeout(100) });
    await expect(asked).rejects.toThrow(Error);
    hostile.answer("jwks", hostileAnswers.drip(60_000));
    void fetch(`${hostile.issuer}/jwks`)
      .then((response) => response.text())
      .catch(() => {
        // The provider is stopped meanwhile.
      });
  }
  expect(performance.now() - start).toBeLessThan(10_000);
});

const now = () => Math.floor(Date.now() / 1000);

test.each<[string, Record<string, unknown>]>([
  ["another issuer", { iss: "https://other.example.com" }],
  ["no issuer", { iss: undefined }],
  ["another audience", { aud: "other" }],
  ["another nonce", { nonce: "other" }],
  ["no nonce", { nonce: undefined }],
  ["no subject", { sub: undefined }],
  ["a number for a subject", { sub: 42 }],
  ["an end that has passed", { exp: now() - 600 }],
  ["no end", { exp: undefined }],
  ["no time of issue", { iat: undefined }],
])("an ID token with %s is signed as it should be, and still refused", async (_, changes) => {
  await using hostile = await startHostileProvider({ users });
  await using app = await startBareClient(hostile);

  hostile.claims(changes);
  await expect(app.signIn("ann")).rejects.toThrow(Error);

  hostile.claims((real) => ({ name: `${String(real["sub"])} the Great` }));
  expect((await app.signIn("ann")).claims["name"]).toBe("ann the Great");
});

test.each<ForgedSignature>([
  "none",
  "client-secret",
  "public-key",
  "tampered",
  "other-key",
  "unknown-kid",
  "no-kid",
  "jwk-header",
  "jku-header",
  "unexpected-algorithm",
])("an ID token signed by %s is refused", async (signature) => {
  await using hostile = await startHostileProvider({ users });
  await using app = await startBareClient(hostile);

  hostile.sign(signature);
  await expect(app.signIn("ann")).rejects.toThrow(Error);
  expect(hostile.requests("jku")).toHaveLength(0);

  hostile.sign("published");
  await expect(app.signIn("ann")).resolves.toBeTruthy();
});

test("forged signatures are what they say: each is accepted by whoever makes the mistake it is for", async () => {
  await using hostile = await startHostileProvider({ users });
  await using app = await startBareClient(hostile);
  await app.signIn("ann");
  const forge = (signature: ForgedSignature) => hostile.forgeLogoutToken("ann", {}, signature);
  const published = createRemoteJWKSet(new URL("/jwks", hostile.issuer));

  const secret = Buffer.from(hostile.clientSecret ?? "");
  await expect(jwtVerify(await forge("client-secret"), secret)).resolves.toBeTruthy();
  const jku = createRemoteJWKSet(new URL("/hostile-keys", hostile.issuer));
  await expect(jwtVerify(await forge("jku-header"), jku)).resolves.toBeTruthy();
  await expect(jwtVerify(await forge("unknown-kid"), jku)).resolves.toBeTruthy();
  await expect(jwtVerify(await forge("unexpected-algorithm"), published)).resolves.toBeTruthy();
  expect((await forge("none")).split(".")[2]).toBe("");
});

test("parameters of the way back to the app are changed, and pages of the provider's own are not", async () => {
  await using hostile = await startHostileProvider({ users });
  await using app = await startBareClient(hostile);

  hostile.change("authorization", { iss: undefined });
  await expect(app.signIn("ann")).rejects.toThrow(Error);
  hostile.change("authorization", { iss: "https://other.example.com" });
  await expect(app.signIn("ann")).rejects.toThrow(Error);
  expect(hostile.requests("token")).toHaveLength(0);

  hostile.change("authorization", () => ({ extra: "tea" }));
  expect(new URL((await app.signIn("ann")).callback).searchParams.get("extra")).toBe("tea");
});

test("fields of the token answer and of userinfo are changed", async () => {
  await using hostile = await startHostileProvider({ users });
  await using app = await startBareClient(hostile);
  hostile.change("token", { refresh_token: undefined, expires_in: 1 });
  const { config, tokens } = await app.signIn("ann");
  expect(tokens).not.toHaveProperty("refresh_token");
  expect(tokens.expires_in).toBe(1);

  hostile.change("userinfo", { sub: "bob" });
  await expect(client.fetchUserInfo(config, tokens.access_token, "ann")).rejects.toThrow(Error);
});

test("a logout token holds, but for what is changed in it", async () => {
  await using hostile = await startHostileProvider({ users });
  await using app = await startBareClient(hostile);
  await app.signIn("ann");
  const keys = createRemoteJWKSet(new URL("/jwks", hostile.issuer));
  const check = { issuer: hostile.issuer, audience: hostile.clientId, typ: "logout+jwt" };

  const forged = await hostile.forgeLogoutToken("ann", { nonce: "tea", sid: undefined });
  const { payload } = await jwtVerify(forged, keys, check);

  expect(payload).toMatchObject({ sub: "ann", nonce: "tea" });
  expect(payload).not.toHaveProperty("sid");
  await expect(jwtVerify(await hostile.logoutToken("ann"), keys, check)).resolves.toBeTruthy();
});

test("new keys are asked for once they are needed", async () => {
  await using hostile = await startHostileProvider({ users });
  await using app = await startBareClient(hostile);
  await app.signIn("ann");

  await hostile.rotateKeys({ keepOld: false });

  expect((await app.signIn("ann")).claims.sub).toBe("ann");
  expect(hostile.requests("jwks")).toHaveLength(2);
});

test("while it is away every connection is cut, and noted", async () => {
  await using hostile = await startHostileProvider({ users });

  hostile.away(true);
  await expect(fetch(`${hostile.issuer}/jwks`)).rejects.toThrow(Error);
  hostile.away(false);

  expect((await fetch(`${hostile.issuer}/jwks`)).status).toBe(200);
  expect(hostile.requests()).toHaveLength(2);
});
