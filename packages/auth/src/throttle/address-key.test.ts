import { expect, test } from "vitest";

import { addressKey } from "./address-key.ts";

test("RAT-08: of an IPv6 address the whole /64 is one key, however it is written", () => {
  const spellings = [
    "2001:db8:1:2::1",
    "2001:db8:1:2:ffff:ffff:ffff:ffff",
    "2001:0DB8:0001:0002:0000:0000:0000:0009",
    "2001:db8:1:2::1%eth0",
    "2001:db8:1:2::192.0.2.1",
  ];

  expect(new Set(spellings.map(addressKey))).toEqual(new Set(["2001:db8:1:2::/64"]));
  expect(addressKey("2001:db8:1:3::1")).toBe("2001:db8:1:3::/64");
  expect(addressKey("::1")).toBe("0:0:0:0::/64");
  expect(addressKey("1::")).toBe("1:0:0:0::/64");
});

test("RAT-08: an IPv4-mapped address is that IPv4 address", () => {
  expect(addressKey("192.0.2.1")).toBe("192.0.2.1");
  expect(addressKey("::ffff:192.0.2.1")).toBe("192.0.2.1");
  expect(addressKey("::FFFF:c000:201")).toBe("192.0.2.1");
  expect(addressKey("0:0:0:0:0:ffff:c000:0201")).toBe("192.0.2.1");
});

test("neighbours in IPv4 have keys of their own", () => {
  expect(addressKey("192.0.2.2")).not.toBe(addressKey("192.0.2.1"));
});

test.each([
  null,
  undefined,
  "",
  "unknown",
  "192.0.2.1, 192.0.2.2",
  "192.0.2.1:80",
  "[::1]",
  "1::2::3",
  "x".repeat(10_000),
])("%j shares the one key of what is unknown", (ip) => {
  expect(addressKey(ip)).toBe("unknown");
});
