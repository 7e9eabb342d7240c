import { randomBytes } from "node:crypto";

import { expect, test } from "vitest";

import { createSeal } from "./seal.ts";

const [first, second, third] = [randomBytes(32), randomBytes(32), randomBytes(32)];

test("what is sealed opens in its own place only, and not when it was changed", async () => {
  const seal = createSeal([first]);
  const sealed = await seal.close("the token", "rows:1:token");
  expect(sealed).not.toContain("token");
  expect(await seal.open(sealed, "rows:1:token")).toBe("the token");
  for (const place of ["rows:2:token", "rows:1:other", ""]) expect(await seal.open(sealed, place)).toBeNull();
  const parts = sealed.split(".");
  for (const [index, part] of parts.entries()) {
    if (part === "") continue;
    const changed = parts.with(index, (part.startsWith("A") ? "B" : "A") + part.slice(1)).join(".");
    expect(await seal.open(changed, "rows:1:token")).toBeNull();
  }
  for (const junk of [null, "", "a.b.c.d.e", "x"]) expect(await seal.open(junk, "rows:1:token")).toBeNull();
});

test("a new key in front seals, the old one behind it still opens, and one that is gone does not", async () => {
  const old = await createSeal([first]).close("text", "here");
  const both = createSeal([second, first]);
  expect(await both.open(old, "here")).toBe("text");
  const renewed = await both.close("text", "here");
  expect(await createSeal([second]).open(renewed, "here")).toBe("text");
  expect(await createSeal([first]).open(renewed, "here")).toBeNull();
  expect(await createSeal([third]).open(old, "here")).toBeNull();
  // Without keys each process has one of its own.
  expect(await createSeal().open(await createSeal().close("text", "here"), "here")).toBeNull();
  expect(() => createSeal([randomBytes(16)])).toThrow("openssl rand -base64 32");
});
