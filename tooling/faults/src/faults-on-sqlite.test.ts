import { test } from "vitest";

import { canTrace } from "./disk/trace.ts";
import { expectPassed } from "./test/expect-passed.ts";

test("REL-01, REL-02: killed at any moment, the server loses nothing it has acknowledged, and no order is half there", async () => {
  await expectPassed("kill");
});

test("REL-05: whoever asks again after a lost answer gets the same row, once, and misses nothing", async () => {
  await expectPassed("answers");
});

test("REL-50: a crowd that loses its server comes back by itself, and is shown what has changed meanwhile", async () => {
  await expectPassed("crowd");
});

test("REL-20: while another process holds the write lock nobody's loop stands still, others read on, and who cannot write is told so", async () => {
  await expectPassed("lock");
});

test("REL-10: on a disk that is full or fails nothing is acknowledged that is not there afterwards", async (context) => {
  if (!canTrace()) return context.skip("It takes strace, which makes a disk fail, and the right to use it.");
  await expectPassed("disk");
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

test("WSK-45: hostile upgrades and frames do not end the server, and keep nobody waiting", async () => {
  await expectPassed("fuzz");
});

test("nothing is left on a server of those who have come and gone", async () => {
  await expectPassed("hour");
});
