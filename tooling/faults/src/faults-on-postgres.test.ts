import { test } from "vitest";

import { expectPassed } from "./test/expect-passed.ts";

test("REL-49: whatever five people on two servers do and lose, each one's lists end as a query of theirs, and nothing else reaches them", async () => {
  await expectPassed("lists");
});

test("REL-22: PostgreSQL crashes under load; the servers stay, and what was acknowledged stays", async () => {
  await expectPassed("postgres");
});

test("REL-25, REL-26, REL-28, REL-29: whatever becomes of Redis, people work on, sessions end in time, and lists show what is there", async () => {
  await expectPassed("redis");
});

test("REL-55: servers are replaced under load, with a step of the schema, forward and back, and nobody loses a call", async () => {
  await expectPassed("deploy");
});

test("REL-23: while PostgreSQL does not answer everybody is answered in time, the servers live, and are not ready", async () => {
  await expectPassed("frozen");
});

test("REL-37, EXP-08: clocks that jump end the sessions that are past their limits, no others, and put nothing out of order", async () => {
  await expectPassed("clock");
});

test("SES-20: while sessions get new tokens, hundreds of calls at once on two servers are answered with nobody else's data", async () => {
  await expectPassed("soak");
});
