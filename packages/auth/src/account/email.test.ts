import { expect, test } from "vitest";

import { parseEmail } from "./email.ts";

test("REG-10: an address is stored in lower case, without blanks around it, normalised", () => {
  expect(parseEmail(" ALICE@Example.COM ")).toEqual({ email: "alice@example.com" });
  expect(parseEmail("ａlice@example.com")).toEqual({ email: "alice@example.com" });
});

test.each([
  "o'brien+tag@mail.example.co.uk",
  "a@b",
  "ünï@exämple.de",
  "user.name@xn--exmple-cua.de",
  "почта@пример.рф",
])("%s is an address", (raw) => {
  expect(parseEmail(raw)).toEqual({ email: raw });
});

test("REG-02: 254 characters are accepted and 255 refused", () => {
  const address = (length: number) => {
    const labels = `${`${"b".repeat(60)}.`.repeat(4)}example`;
    return `${"a".repeat(length - labels.length - 1)}@${labels}`;
  };

  expect(parseEmail(address(254))).toEqual({ email: address(254) });
  expect(parseEmail(address(255))).toHaveProperty("fault");
  expect(parseEmail("ﷺ".repeat(250) + "@a.b")).toHaveProperty("fault");
});

test.each([
  ["no @", "alice.example.com"],
  ["two @", "a@b@c"],
  ["nothing before the @", "@example.com"],
  ["nothing after it", "alice@"],
  ["a space inside", "ali ce@example.com"],
  ["a no-break space inside", "ali\u00a0ce@example.com"],
  ["a tab inside", "alice@exa\tmple.com"],
  ["a line break and a header", "alice@example.com\r\nBcc: bob@example.com"],
  ["a NUL", "alice\u0000@example.com"],
  ["an invisible character", "ali\u200bce@example.com"],
  ["a quoted local part", '"alice"@example.com'],
  ["a list", "alice@example.com,bob@example.com"],
  ["a list by semicolon", "alice@example.com;bob"],
  ["a display name", "Alice <alice@example.com>"],
  ["a comment", "alice(home)@example.com"],
  ["a back-slash", "alice\\@example.com"],
  ["an address literal", "alice@[192.0.2.1]"],
  ["a full-width @", "alice\uff20example.com"],
  ["a small @", "alice\ufe6bexample.com"],
  ["a full-width @ beside a real one", "alice\uff20evil@example.com"],
  ["a full-width comma", "alice\uff0cbob@example.com"],
  ["an empty label", "alice@example..com"],
  ["a dot at the end", "alice@example.com."],
  ["a label that begins with a hyphen", "alice@-example.com"],
  ["an underscore in the host", "alice@exam_ple.com"],
])("REG-02: %s is refused", (_, raw) => {
  expect(parseEmail(raw)).toEqual({ fault: "Write an email address, as in ann@example.com." });
});
