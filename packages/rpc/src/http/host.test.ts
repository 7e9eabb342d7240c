import { expect, test } from "vitest";

import { createHostCheck } from "./host.ts";
import { createOriginCheck } from "./origin.ts";

const origins = ["https://app.example.com", "http://localhost:5173", "https://*.example.org"];
const isOurs = createHostCheck(new URL("https://app.example.com"), createOriginCheck(origins));

test.each(["app.example.com", "APP.example.com", "app.example.com:443", "localhost:5173", "eu.example.org"])(
  "%s is ours",
  (host) => {
    expect(isOurs(host)).toBe(true);
  },
);

test.each([
  undefined,
  "",
  "evil.example",
  "app.example.com:3000",
  "app.example.com.evil.example",
  "app.example.com@evil.example",
  "evil.app.example.com",
  "localhost",
  "example.org",
])("%s is not", (host) => {
  expect(isOurs(host)).toBe(false);
});
