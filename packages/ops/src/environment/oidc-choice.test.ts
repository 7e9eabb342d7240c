import { randomBytes } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { expect, test } from "vitest";

import { readEnvironment } from "./read-environment.ts";

const okta = { OKTA_ISSUER: "https://works.okta.com", OKTA_CLIENT_ID: "app" };
const google = { GOOGLE_ISSUER: "https://accounts.google.com", GOOGLE_CLIENT_ID: "app" };

/** The variables that are refused, with what is said of each. */
function faultsOf(variables: Readonly<Record<string, string>>): Record<string, string> {
  try {
    readEnvironment(variables);
    return {};
  } catch (error) {
    const faults = (error as { faults: { variable: string; message: string }[] }).faults;
    return Object.fromEntries(faults.map(({ variable, message }) => [variable, message]));
  }
}

test("without a word there is no provider, and variables of one that is not named are nobody's", () => {
  expect(readEnvironment({}).oidc.providers).toEqual([]);
  expect(readEnvironment(okta).oidc.providers).toEqual([]);
});

test("several providers are told apart by their names, and one may be without", () => {
  const my = { MY_IDP_ISSUER: "https://id.example.com/realms/staff", MY_IDP_CLIENT_ID: "x" };
  const more = {
    MY_IDP_CLIENT_SECRET: "s",
    MY_IDP_SCOPES: "groups offline_access",
    MY_IDP_LABEL: "The Works",
    MY_IDP_SIGN_UP: "closed",
    MY_IDP_LINK_BY_EMAIL: "never",
    MY_IDP_GROUPS_CLAIM: "groups",
    MY_IDP_GROUPS: "/works=staff, /lab = lab",
    MY_IDP_LOGOUT: "provider",
    MY_IDP_ON_REFRESH_FAILURE: "keep",
    MY_IDP_ALLOW_PRIVATE: "true",
  };
  const { providers, allowLoopback } = readEnvironment({
    OIDC_PROVIDERS: "okta, my-idp",
    ...okta,
    ...my,
    ...more,
  }).oidc;
  expect(allowLoopback).toBe(true);
  expect(providers).toMatchObject([
    { name: "okta", label: "okta", issuer: "https://works.okta.com", clientId: "app", clientSecret: null, scopes: [] },
    {
      name: "my-idp",
      label: "The Works",
      clientSecret: "s",
      scopes: ["groups", "offline_access"],
      signUp: "closed",
      linkByEmail: "never",
      groupsClaim: "groups",
      groups: { "/works": "staff", "/lab": "lab" },
      logout: "provider",
      onRefreshFailure: "keep",
      allowPrivate: true,
    },
  ]);
  const one = readEnvironment({ OIDC_ISSUER: "https://id.example.com", OIDC_CLIENT_ID: "x" }).oidc.providers;
  expect(one).toMatchObject([{ name: "oidc", linkByEmail: "ask", signUp: "open", logout: "local" }]);
});

test("what is missing or wrong is named, all of it at once, and no value is repeated", () => {
  expect(Object.keys(faultsOf({ OIDC_PROVIDERS: "okta" }))).toEqual(["OKTA_ISSUER", "OKTA_CLIENT_ID"]);
  expect(Object.keys(faultsOf({ OIDC_PROVIDERS: "okta,Okta" }))).toEqual(["OIDC_PROVIDERS"]);
  expect(Object.keys(faultsOf({ OIDC_PROVIDERS: "okta,okta", ...okta }))).toEqual(["OIDC_PROVIDERS"]);
  const wrong = {
    OKTA_SIGN_UP: "maybe",
    OKTA_LINK_BY_EMAIL: "always",
    OKTA_GROUPS: "works",
    OKTA_LOGOUT: "both",
    OKTA_ALLOW_PRIVATE: "perhaps",
    OKTA_SCOPES: 'a "b"',
  };
  const faults = faultsOf({ OIDC_PROVIDERS: "okta", ...okta, ...wrong });
  expect(Object.keys(faults).toSorted()).toEqual(Object.keys(wrong).toSorted());
  for (const [variable, value] of Object.entries(wrong)) expect(faults[variable]).not.toContain(`"${value}"`);
});

test("the same issuer and client id twice is refused, and the same issuer for another client is not", () => {
  const again = { WORKS_ISSUER: okta.OKTA_ISSUER, WORKS_CLIENT_ID: "app" };
  expect(Object.keys(faultsOf({ OIDC_PROVIDERS: "okta,works", ...okta, ...again }))).toEqual(["WORKS_CLIENT_ID"]);
  expect(faultsOf({ OIDC_PROVIDERS: "okta,works", ...okta, ...again, WORKS_CLIENT_ID: "other" })).toEqual({});
  expect(faultsOf({ OIDC_PROVIDERS: "okta,google", ...okta, ...google })).toEqual({});
});

test("plain http is for providers on this machine, and in production for none", () => {
  const at = (issuer: string, more = {}) => faultsOf({ OIDC_PROVIDERS: "okta", ...okta, OKTA_ISSUER: issuer, ...more });
  expect(at("http://127.0.0.1:4000")).toEqual({});
  expect(Object.keys(at("http://id.example.com"))).toEqual(["OKTA_ISSUER"]);
  expect(Object.keys(at("http://127.0.0.1:4000", { NODE_ENV: "production" }))).toEqual(["OKTA_ISSUER"]);
  for (const issuer of ["id.example.com", "https://a:b@id.example.com", "https://id.example.com?x=1", "ftp://x"])
    expect(Object.keys(at(issuer))).toEqual(["OKTA_ISSUER"]);
});

test("keys have 256 bits each, and secrets may lie in files", () => {
  const [one, two] = [randomBytes(32), randomBytes(32)];
  const { keys } = readEnvironment({ OIDC_KEYS: `${one.toString("base64")},${two.toString("base64url")}` }).oidc;
  expect(keys.map((key) => Buffer.from(key))).toEqual([one, two]);
  for (const wrong of [
    "short",
    randomBytes(31).toString("base64"),
    randomBytes(33).toString("base64"),
    one.toString("hex"),
  ])
    expect(Object.keys(faultsOf({ OIDC_KEYS: wrong }))).toEqual(["OIDC_KEYS"]);

  const folder = mkdtempSync(join(tmpdir(), "oidc-"));
  try {
    writeFileSync(join(folder, "secret"), "of-the-file\n");
    const path = join(folder, "secret");
    const read = readEnvironment({ OIDC_PROVIDERS: "okta", ...okta, OKTA_CLIENT_SECRET_FILE: path });
    expect(read.oidc.providers).toMatchObject([{ clientSecret: "of-the-file" }]);
    // One of somebody else's is left alone.
    expect(readEnvironment({ OTHER_CLIENT_SECRET_FILE: "/nowhere" }).oidc.providers).toEqual([]);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test("a slip in a provider's variable is warned of", () => {
  const { nearMisses } = readEnvironment({ OIDC_PROVIDERS: "okta", ...okta, OKTA_CLIENT_SECERT: "x" });
  expect(nearMisses).toEqual([{ written: "OKTA_CLIENT_SECERT", meant: "OKTA_CLIENT_SECRET" }]);
});
