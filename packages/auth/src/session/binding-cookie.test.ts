import { expect, test } from "vitest";

import { createBindingCookie } from "./binding-cookie.ts";
import { createToken } from "./token.ts";

const secure = createBindingCookie("https://app.example");
const local = createBindingCookie("http://localhost:3000");

test("each token has a cookie of its own, bound to the host over https, and all of them are read", () => {
  const tokens = [createToken(), createToken()];
  const [one, two] = tokens.map((token) => secure.serialize(token, 600));
  expect(one).toMatch(/^__Host-oidc-[\da-f]{8}=[\w-]{43}; Path=\/; HttpOnly; SameSite=Lax; Secure; Max-Age=600$/);
  const header = `a=1; ${pairOf(one)}; __Host-session=${tokens[0]}; ${pairOf(two)}`;

  expect(secure.read(header)).toEqual(tokens);
  expect(local.serialize(createToken(), 600)).toMatch(
    /^oidc-[\da-f]{8}=[\w-]{43}; Path=\/; HttpOnly; SameSite=Lax; Max/,
  );
});

test("what counts as absent: another's name, a name that occurs twice, junk, and what a sub-domain can set", () => {
  const token = createToken();
  const pair = pairOf(secure.serialize(token, 600));
  const [name = ""] = pair.split("=");
  expect(secure.read(pair)).toEqual([token]);
  for (const header of [
    undefined,
    null,
    "",
    `${name}=${createToken()}`,
    `${pair}; ${pair}`,
    `${name}=; ${pair}`,
    `${name}=${token}=`,
    `${name}0=${token}`,
    `__Host-oidc=${token}`,
    `__Host-oidc-=${token}`,
    pair.replace("__Host-", ""),
    pair.replace("__Host-", "__host-"),
    `\u2000${pair}`,
  ])
    expect([header, secure.read(header)]).toEqual([header, []]);
});

test("twenty are read at most, whatever a header is full of", () => {
  const tokens = Array.from({ length: 25 }, createToken);
  const header = tokens.map((token) => pairOf(local.serialize(token, 600))).join("; ");

  expect(local.read(header)).toEqual(tokens.slice(0, 20));
});

test("its names are known, so that they can be kept from an app's code", () => {
  const [name = ""] = pairOf(secure.serialize(createToken(), 600)).split("=");
  expect([name, "__Host-oidc", "__Host-oidc-x", "oidc-0123abcd"].map((each) => secure.isNamed(each))).toEqual([
    true,
    false,
    false,
    false,
  ]);
});

function pairOf(setCookie: string | undefined): string {
  return setCookie?.split(";", 1)[0] ?? "";
}
