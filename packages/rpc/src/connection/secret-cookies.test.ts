import { expect, test } from "vitest";

import { createBindingCookie, createSessionCookie, createVisitorCookie } from "@countersign/auth";

import { isSecretCookieOf } from "./secret-cookies.ts";

test("an app's code sees its own cookies, and none of ours", () => {
  const site = "https://app.example";
  const isSecret = isSecretCookieOf({
    cookie: createSessionCookie(site),
    visitorCookie: createVisitorCookie(site),
    oidcCookie: createBindingCookie(site),
  });

  const names = ["__Host-session", "__Host-visitor", "__Host-oidc-0123abcd", "theme", "oidc-settings"];
  expect(names.filter((name) => !isSecret(name))).toEqual(["theme", "oidc-settings"]);
});
