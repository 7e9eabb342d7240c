import { describe, expect, test } from "vitest";

import { cpuTime } from "../test/cpu-time.ts";

import { createSessionCookie } from "./session-cookie.ts";
import { createToken } from "./token.ts";

const day = 86_400_000;
const now = Date.UTC(2026, 0, 1);
const secure = createSessionCookie("https://app.example");
const local = createSessionCookie("http://localhost:3000");

function session(remember: boolean, days = 90) {
  return { remember, absoluteExpiresAt: new Date(now + days * day) };
}

describe("handing out", () => {
  const token = createToken();

  test("COO-01: over https the cookie is bound to the host, secure and out of scripts' reach, and has no domain", () => {
    expect(secure.serialize({ token, session: session(false), now })).toBe(
      `__Host-session=${token}; Path=/; HttpOnly; SameSite=Lax; Secure`,
    );
  });

  test("§12: a cookie name written in the code: over plain http it has neither the prefix nor Secure, because browsers would drop it", () => {
    expect(local.serialize({ token, session: session(false), now })).toBe(
      `session=${token}; Path=/; HttpOnly; SameSite=Lax`,
    );
  });

  test("REM-01: only with remember-me it has a Max-Age, which is what is left of the session's longest life", () => {
    expect(secure.serialize({ token, session: session(false), now })).not.toMatch(/Max-Age|Expires/i);
    expect(secure.serialize({ token, session: session(true), now })).toMatch(/; Max-Age=7776000$/);
    expect(secure.serialize({ token, session: session(true), now: now + 89 * day })).toMatch(/; Max-Age=86400$/);
    expect(secure.serialize({ token, session: session(true), now: now + 91 * day })).toMatch(/; Max-Age=0$/);
  });

  test("EXP-07: Max-Age is never beyond 400 days", () => {
    expect(secure.serialize({ token, session: session(true, 400), now })).toMatch(/; Max-Age=34560000$/);
    expect(secure.serialize({ token, session: session(true, 401), now })).toMatch(/; Max-Age=34560000$/);
  });

  test("what is no token is refused, so that nothing can be written into the header", () => {
    const smuggled = `x; Domain=evil.example`;

    expect(() => secure.serialize({ token: smuggled, session: session(true), now })).toThrow("createToken()");
  });

  test.each([secure, local])("OUT-01: $name is taken away under the same name, path and attributes", (cookie) => {
    const given = cookie.serialize({ token, session: session(false), now });

    expect(cookie.serializeCleared()).toBe(`${given.replace(token, "")}; Max-Age=0`);
  });

  test("COO-08: it is small", () => {
    expect(secure.serialize({ token, session: session(true), now }).length).toBeLessThan(200);
  });
});

describe("reading", () => {
  const [token, other] = [createToken(), createToken()];

  test("the token is found among other cookies, with any blanks around it", () => {
    expect(secure.read(`__Host-session=${token}`)).toBe(token);
    expect(secure.read(`a=1; __Host-session=${token}; b=2`)).toBe(token);
    expect(secure.read(`a=1;\t __Host-session = ${token}\t;b`)).toBe(token);
  });

  test("SES-05: a name that occurs twice counts as absent: the last does not win, nor the first", () => {
    expect(secure.read(`__Host-session=${token}; __Host-session=${other}`)).toBeNull();
    expect(secure.read(`__Host-session=${token}; __Host-session=${token}`)).toBeNull();
    expect(secure.read(`__Host-session=${token}; __Host-session=`)).toBeNull();
    expect(secure.read(`__Host-session=; __Host-session=${token}`)).toBeNull();
  });

  test("COO-05: where the name is __Host-session, the plain one never counts, not even when ours is empty", () => {
    expect(secure.read(`session=${other}`)).toBeNull();
    expect(secure.read(`__Host-session=; session=${other}`)).toBeNull();
    expect(secure.read(`session=${other}; __Host-session=${token}`)).toBe(token);
    expect(local.read(`session=${other}`)).toBe(other);
  });

  test.each([
    ["another case", `__host-session=${token}`],
    ["a Unicode space before the name, which lets a sub-domain set it", `\u2000__Host-session=${token}`],
    ["a no-break space before the name", `\u00a0__Host-session=${token}`],
    ["a percent-encoded name", `__Host%2Dsession=${token}`],
    ["a longer name", `x__Host-session=${token}`],
    ["a name without a value", "__Host-session"],
    ["quotes", `__Host-session="${token}"`],
    ["a percent-encoded value", "__Host-session=%E0%A4%A"],
    ["junk after the value", `__Host-session=${token}=`],
    ["a value as long as a header can be", `__Host-session=${"a".repeat(16_000)}`],
  ])("%s does not count", (_, header) => {
    expect(secure.read(header)).toBeNull();
  });

  test.each([undefined, null, "", ";", ";;;=;=a;a=;", "=".repeat(1000), "\u0000", "%"])(
    "%j is no cookie, and no error",
    (header) => {
      expect(secure.read(header)).toBeNull();
    },
  );

  test("a header full of blanks is read in linear time", async () => {
    const header = `a${" ".repeat(200_000)}b=1`;

    expect(secure.read(header)).toBeNull();
    expect(await cpuTime(() => secure.read(header))).toBeLessThan(50);
  });
});
