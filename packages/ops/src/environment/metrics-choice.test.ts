import { expect, test } from "vitest";

import { readEnvironment } from "./read-environment.ts";

const METRICS_TOKEN = "0123456789abcdef";

test("nothing is measured unless a port or a token is given; a port is this machine's alone unless METRICS_HOST says more", () => {
  expect(readEnvironment({}).metrics).toBeNull();
  expect(readEnvironment({ METRICS_HOST: "0.0.0.0" }).metrics).toBeNull();
  expect(readEnvironment({ METRICS_TOKEN }).metrics).toEqual({ address: null, token: METRICS_TOKEN });
  const address = { port: 9464, host: "127.0.0.1" };
  expect(readEnvironment({ METRICS_PORT: "9464" }).metrics).toEqual({ address, token: null });
  expect(readEnvironment({ METRICS_PORT: "9464", METRICS_HOST: "::", METRICS_TOKEN }).metrics).toEqual({
    address: { port: 9464, host: "::" },
    token: METRICS_TOKEN,
  });
});

test("a token of fifteen characters is refused with the cure, and not repeated; one of sixteen is taken", () => {
  expect(() => readEnvironment({ METRICS_TOKEN: METRICS_TOKEN.slice(1) })).toThrow(/^METRICS_TOKEN: .*openssl rand/);
  expect(() => readEnvironment({ METRICS_TOKEN: "with spaces in between" })).toThrow("METRICS_TOKEN");
  expect(() => readEnvironment({ METRICS_PORT: "70000" })).toThrow(/^METRICS_PORT: .*65535/);
});
