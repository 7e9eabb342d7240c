import { expect, test } from "vitest";

import { requireProviders } from "./provider.ts";

const okta = { name: "okta", issuer: "https://works.okta.com", clientId: "app" };

test("providers are refused that could not work, each with the cure", () => {
  const read = (...providers: Parameters<typeof requireProviders>[0]["providers"]) => requireProviders({ providers });
  expect([...read(okta).values()]).toMatchObject([
    { label: "okta", linkByEmail: "ask", signUp: "open", logout: "local" },
  ]);
  expect(() => read(okta, { ...okta, clientId: "b" })).toThrow("there twice");
  expect(() => read(okta, { ...okta, name: "works" })).toThrow("same issuer and client id");
  expect(() => read(okta, { ...okta, name: "works", clientId: "b" })).not.toThrow();
  for (const name of ["", "Okta", "a_b", "a/b", "..", "x".repeat(33)])
    expect(() => read({ ...okta, name })).toThrow("write its name");
  for (const issuer of [
    "works.okta.com",
    "http://works.okta.com",
    "https://a:b@works.okta.com",
    "https://x/?y",
    "https://x/#y",
  ])
    expect(() => read({ ...okta, issuer })).toThrow('Provider "okta"');
  expect(() => read({ ...okta, clientId: "" })).toThrow("client id is empty");
  const validIssuers = () => true;
  expect(() => read({ ...okta, validIssuers })).toThrow("validIssuers is for https://login.microsoftonline.com alone");
  const entra = { ...okta, issuer: "https://login.microsoftonline.com/organizations/v2.0", validIssuers };
  expect(() => read(entra)).not.toThrow();
  const local = { ...okta, issuer: "http://127.0.0.1:4000" };
  expect(() => read(local)).toThrow("https");
  expect(() => requireProviders({ providers: [local], allowLoopback: true })).not.toThrow();
  expect(() => requireProviders({ providers: [{ ...okta, issuer: "http://10.0.0.1" }], allowLoopback: true })).toThrow(
    "on this machine",
  );
});
