import { expect, test } from "vitest";

import { describeViolations } from "@app/workload";

import { canTrace } from "./disk/trace.ts";
import { faults } from "./faults.ts";

const seed = 20_261_121;

test("REL-01, REL-02: killed at any moment, the server loses nothing it has acknowledged, and no order is half there", async () => {
  await expectPassed("kill");
});

test("REL-05: whoever asks again after a lost answer gets the same row, once, and misses nothing", async () => {
  await expectPassed("answers");
});

test("REL-49: whatever five people on two servers do and lose, each one's lists end as a query of theirs, and nothing else reaches them", async () => {
  await expectPassed("lists");
});

test("REL-22: PostgreSQL crashes under load; the servers stay, and what was acknowledged stays", async () => {
  await expectPassed("postgres");
});

test("REL-25, REL-26, REL-28, REL-29: whatever becomes of Redis, people work on, sessions end in time, and lists show what is there", async () => {
  await expectPassed("redis");
});

test("REL-50: a crowd that loses its server comes back by itself, and is shown what has changed meanwhile", async () => {
  await expectPassed("crowd");
});

test("REL-55: servers are replaced under load, with a step of the schema, forward and back, and nobody loses a call", async () => {
  await expectPassed("deploy");
});

test("REL-20: while another process holds the write lock nobody's loop stands still, others read on, and who cannot write is told so", async () => {
  await expectPassed("lock");
});

test("REL-10: on a disk that is full or fails nothing is acknowledged that is not there afterwards", async (context) => {
  if (!canTrace()) return context.skip("It takes strace, which makes a disk fail, and the right to use it.");
  await expectPassed("disk");
});

test("REL-23: while PostgreSQL does not answer everybody is answered in time, the servers live, and are not ready", async () => {
  await expectPassed("frozen");
});

test("REL-37, EXP-08: clocks that jump end the sessions that are past their limits, no others, and put nothing out of order", async () => {
  await expectPassed("clock");
});

test("REL-32: no procedure keeps the event loop with the worst that fits into a frame", async () => {
  await expectPassed("hog");
});

test("REL-40, REL-41: who reads nothing is cut, who reads slowly is shown the newest, and nothing older after it", async () => {
  await expectPassed("slow");
});

test("REL-44: when the network swallows everything, server and page notice by themselves, and the page comes back", async () => {
  await expectPassed("half-open");
});

test("SES-20: while sessions get new tokens, hundreds of calls at once on two servers are answered with nobody else's data", async () => {
  await expectPassed("soak");
});

test("WSK-45: hostile upgrades and frames do not end the server, and keep nobody waiting", async () => {
  await expectPassed("fuzz");
});

test("without a protection the checker finds what it is to find", async () => {
  await expectPassed("controls");
});

/** The short form of the fault; what is slow on a busy machine is for the long one to judge. */
async function expectPassed(name: string): Promise<void> {
  const fault = faults.find((one) => one.name === name);
  if (!fault) throw new Error(`There is no fault "${name}".`);
  const { violations, figures } = await fault.run({ length: "short", seed, tell() {} });
  expect(describeViolations(violations)).toBe("");
  expect(figures.filter(({ isMet, target }) => !isMet && /^(?:0|≥ 1)$/.test(target))).toEqual([]);
}
