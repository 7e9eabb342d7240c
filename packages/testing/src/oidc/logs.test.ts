import { inspect } from "node:util";

import { expect, test } from "vitest";

import { sqliteDialect } from "@app/services/databases";

import { startHostileProvider } from "../identity-provider/hostile/start-hostile-provider.ts";
import { openPlainBrowser } from "../identity-provider/plain-browser.ts";
import { signInWith } from "../identity-provider/sign-in-with.ts";
import { errorOf, startOidcApp, startVisit } from "../test/start-oidc-app.ts";
import { startRenewing } from "../test/start-renewing.ts";

/** Of one line, however much a provider or a browser says. */
const mostCharacters = 12_000;

test("no token and no claim gets into the log, whatever of a provider's answer is wrong", async () => {
  await using app = await startRenewing(sqliteDialect);
  const { idp } = app;
  const secrets: unknown[] = [];
  const wrong = [{ token_type: undefined }, { token_type: "mac" }, { expires_in: "soon" }, { scope: 7 }];
  for (const changes of wrong) {
    idp.change("token", (real) => {
      secrets.push(real["access_token"], real["refresh_token"], real["id_token"]);
      return changes;
    });
    expect(await app.ask()).toMatchObject({ status: 503 });
    const { landing } = await signInWith(idp, "bob", { app: app.app.url, as: "idp" });
    expect(errorOf(landing)).toBe("provider");
  }
  idp.change("token", null);
  for (const claims of [{ nonce: "other" }, { aud: "other" }, { exp: 1 }, { iss: "https://other.example.com" }]) {
    idp.claims({ ...claims, secret: "a-claim-of-ann" });
    await app.ask();
    await signInWith(idp, "bob", { app: app.app.url, as: "idp" });
  }
  secrets.push("a-claim-of-ann");
  expect(secrets.length).toBeGreaterThan(20);
  expect(app.app.logged.length).toBeGreaterThanOrEqual(12);
  const lines = app.app.logged.map(show);
  for (const secret of secrets) {
    expect(typeof secret).toBe("string");
    for (const line of lines) expect(line).not.toContain(secret);
  }
});

test.each(["post", "basic"] as const)(
  "a provider that says in its errors what it was asked with (%s) puts none of it into the log",
  async (tokenAuth) => {
    await using app = await startRenewing(sqliteDialect, { tokenAuth, mapClaims: ({ sub }) => ({ username: sub }) });
    const { idp } = app;
    const asked = () => {
      const { body = "", headers = {} } = idp.requests().at(-1) ?? {};
      return `It was ${authorizationOf(headers)}, ${body}`;
    };
    const failed = { status: 400, headers: { "content-type": "application/json" } };
    for (const endpoint of ["userinfo", "token"] as const) {
      idp.change(endpoint, () => ({ error: "invalid_request", error_description: asked() }));
      idp.answer(endpoint, failed);
      expect(await app.ask()).toMatchObject({ status: 503 });
      await signInWith(idp, "bob", { app: app.app.url, as: "idp" });
      idp.honest();
    }
    const secrets = idp.requests().flatMap(({ body, headers }) => {
      const said = new URLSearchParams(body);
      const names = ["client_secret", "refresh_token", "code", "code_verifier"];
      const credentials = authorizationOf(headers).split(" ").slice(1);
      return [...names.flatMap((name) => said.getAll(name)), ...credentials];
    });
    expect(new Set(secrets).size).toBeGreaterThan(8);
    const lines = app.app.logged.map(show).join("\n");
    // The control: the rest of what it said is there.
    expect(lines).toContain("grant_type=refresh_token");
    expect(lines).toContain("redirect_uri=");
    for (const secret of [...secrets, idp.clientSecret ?? ""]) expect(lines).not.toContain(secret);
  },
);

test("what strangers say is cut and cleaned on its way to the log", async () => {
  await using app = await startRenewing(sqliteDialect);
  const { idp } = app;
  const evil = "x\u202E\u001B[2J\r\n".repeat(20_000);
  idp.answer("token", {
    status: 400,
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ error: "invalid_request", error_description: evil, error_uri: evil, echoed: "an-echo" }),
  });
  await app.ask();
  await signInWith(idp, "bob", { app: app.app.url, as: "idp" });
  idp.honest();

  const browser = openPlainBrowser();
  const state = new URL(await startVisit(app.app, browser)).searchParams.get("state") ?? "";
  const query = new URLSearchParams({ state, code: "the-code", iss: idp.issuer });
  query.set("error", "server_error");
  query.set("error_description", evil.slice(0, 1000));
  await browser.visit(`${app.app.url}/auth/oidc/idp/callback?${query.toString()}`);

  expect(app.app.logged).toHaveLength(3);
  for (const line of app.app.logged.map(show)) {
    expect(line.length).toBeLessThan(mostCharacters);
    expect(line).not.toMatch(/\u202E|\u001B|an-echo|the-code/);
  }
  // What whoever runs it has to know is there.
  expect(app.app.logged.map(show).join("\n")).toMatch(/invalid_request[^]*server_error/);
});

test("a provider that is away is one line in the log for as long as that is remembered, however many want to go there", async () => {
  const from = Date.now();
  let aheadMs = 0;
  await using idp = await startHostileProvider({ users: [{ name: "ann" }] });
  await using app = await startOidcApp(sqliteDialect, idp, { clock: { now: () => from + aheadMs } });
  idp.away(true);
  const start = () => expect(startVisit(app, openPlainBrowser())).rejects.toThrow("PROVIDER_UNAVAILABLE");
  await Promise.all([start(), start(), start()]);
  for (let count = 0; count < 5; count += 1) await start();
  expect(app.logged).toHaveLength(1);
  aheadMs = 6000;
  await start();
  expect(app.logged).toHaveLength(2);
});

function authorizationOf(headers: Readonly<Record<string, unknown>>): string {
  const { authorization } = headers;
  return typeof authorization === "string" ? authorization : "";
}

/** As far as any log could look. `inspect` escapes what controls a terminal, so texts are shown as they are as well. */
function show(line: unknown): string {
  const texts: string[] = [];
  const look = (value: unknown, depth: number): void => {
    if (typeof value === "string") texts.push(value);
    if (typeof value !== "object" || value === null || depth > 9) return;
    for (const key of Reflect.ownKeys(value)) look(Reflect.get(value, key), depth + 1);
  };
  look(line, 0);
  return `${inspect(line, { depth: 12, showHidden: true, maxStringLength: null })}\n${texts.join("\n")}`;
}
