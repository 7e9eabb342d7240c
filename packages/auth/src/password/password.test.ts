import { expect, test, vi } from "vitest";

import { cpuTime } from "../test/cpu-time.ts";

import { createHashQueue } from "./hash-queue.ts";
import { createPasswords, hashParameters, type Passwords } from "./password.ts";

const queue = createHashQueue({ concurrency: 2, capacity: 1000 });
const passwords = createPasswords(queue);

test("REG-13: one password has another hash each time, and the hash names argon2id and its parameters", async () => {
  const [ann, bob] = [await hash("correct horse"), await hash("correct horse")];

  expect(ann).not.toBe(bob);
  expect(ann).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/);
  await expect(passwords.verify(bob, "correct horse")).resolves.toBe(true);
  await expect(passwords.verify(bob, "correct horsf")).resolves.toBe(false);
});

test("REG-05: blanks at the ends, emoji and what comes after byte 72 all count", async () => {
  const long = "x".repeat(72);
  const [spaces, emoji, tail] = [await hash(" spaces "), await hash("🐴🔋📎 secret"), await hash(`${long}a`)];

  await expect(passwords.verify(spaces, " spaces ")).resolves.toBe(true);
  await expect(passwords.verify(spaces, "spaces")).resolves.toBe(false);
  await expect(passwords.verify(emoji, "🐴🔋📎 secret")).resolves.toBe(true);
  await expect(passwords.verify(tail, `${long}a`)).resolves.toBe(true);
  await expect(passwords.verify(tail, `${long}b`)).resolves.toBe(false);
});

test("REG-05: spellings that Unicode holds to be equal are the same password", async () => {
  const stored = await hash("Pässwörter Å ﬁ");

  await expect(passwords.verify(stored, "Pa\u0308sswo\u0308rter \u212b fi")).resolves.toBe(true);
  await expect(passwords.verify(stored, "Passworter A fi")).resolves.toBe(false);
});

test("without a hash, or with one that is none, nothing matches after the same work", async () => {
  const run = vi.spyOn(queue, "run");
  const stored = await hash("correct horse");
  const took: Record<"real" | "none" | "broken", number[]> = { real: [], none: [], broken: [] };

  // Interleaved, so that what else the machine does falls on all alike.
  for (let round = 0; round < 7; round += 1) {
    took.real.push(await cpuTime(() => passwords.verify(stored, "wrong horse")));
    took.none.push(await cpuTime(() => passwords.verify(null, "wrong horse")));
    took.broken.push(await cpuTime(() => passwords.verify("!", "wrong horse")));
  }

  await expect(passwords.verify(null, "wrong horse")).resolves.toBe(false);
  await expect(passwords.verify("$argon2id$v=19$nonsense", "wrong horse")).resolves.toBe(false);
  await expect(passwords.verify("", "")).resolves.toBe(false);
  expect(run).toHaveBeenCalledTimes(1 + 21 + 3);
  expect(Math.min(...took.none) / Math.min(...took.real)).toBeGreaterThan(0.7);
  expect(Math.min(...took.none) / Math.min(...took.real)).toBeLessThan(1.4);
  expect(Math.min(...took.broken) / Math.min(...took.real)).toBeGreaterThan(0.7);
});

test("a hash with weaker parameters is outdated; one with today's, or stronger ones, is not", async () => {
  const weaker = createPasswords(queue, { ...hashParameters, memoryCost: 8192 });
  const stronger = createPasswords(queue, { ...hashParameters, timeCost: 3 });
  const weak = await hash("correct horse", weaker);
  const others = [await hash("correct horse"), await hash("correct horse", stronger)];

  expect([weak, ...others].map((each) => passwords.isOutdated(each))).toEqual([true, false, false]);
  await expect(passwords.verify(weak, "correct horse")).resolves.toBe(true);
});

test("a full queue is told, not waited for", async () => {
  const full = createPasswords(createHashQueue({ concurrency: 1, capacity: 1 }));
  const answers = await Promise.all(["a", "b", "c"].map((text) => full.verify(null, text)));

  expect(answers).toEqual([false, false, { status: "busy", retryAfterSeconds: 5 }]);
});

async function hash(password: string, by: Passwords = passwords): Promise<string> {
  const made = await by.hash(password);
  if (typeof made !== "string") throw new Error("The queue is full.");
  return made;
}
