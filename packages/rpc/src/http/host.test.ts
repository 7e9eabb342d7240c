import { expect, test } from "vitest";

import { createHostCheck } from "./host.ts";
import { createOriginCheck } from "./origin.ts";

const origins = ["https://app.example.com", "http://localhost:5173", "https://*.example.org"];
const isOurs = createHostCheck(new URL("https://app.example.com"), createOriginCheck(origins));

test.each([
  "app.example.com",
  "APP.example.com",
  "app.example.com:443",
  "app.example.com:3000",
  "localhost",
  "localhost:5173",
  "eu.example.org",
  "127.0.0.1:3000",
  "[::1]:3000",
  "192.0.2.7",
])("%s is ours", (host) => {
  expect(isOurs(host)).toBe(true);
});

test.each([
  undefined,
  "",
  "evil.example",
  "app.example.com.evil.example",
  "app.example.com@evil.example",
  "evil.app.example.com",
  "example.org",
  "localhost.evil.example",
  "127.0.0.1.evil.example",
  "user@localhost",
  "localhost/x",
  "a b",
])("%s is not", (host) => {
  expect(isOurs(host)).toBe(false);
});
