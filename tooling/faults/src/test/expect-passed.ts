import { expect } from "vitest";

import { describeViolations } from "@app/workload";

import { faults } from "../faults.ts";

const seed = 20_261_121;

/** Runs the short form of the fault; what is slow on a busy machine is for the long one to judge. */
export async function expectPassed(name: string): Promise<void> {
  const fault = faults.find((one) => one.name === name);
  if (!fault) throw new Error(`There is no fault "${name}".`);
  const { violations, figures } = await fault.run({ length: "short", seed, tell() {} });
  expect(describeViolations(violations)).toBe("");
  expect(figures.filter(({ isMet, target }) => !isMet && /^(?:0|≥ 1)$/.test(target))).toEqual([]);
}
