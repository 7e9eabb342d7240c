import type { Violation } from "@app/workload";

import type { FaultOptions, FaultReport, Figure } from "../fault.ts";

import { type Control, controls } from "./all-controls.ts";

/**
 * Each protection is switched off in turn, and the run has to fail by the rule that watches over it: else the checker is
 * blind. The long form runs each of them with the protection, too, and then nothing may be found.
 */
export async function runControls({ length, seed, tell }: FaultOptions): Promise<FaultReport> {
  const figures: Figure[] = [];
  const violations: Violation[] = [];
  for (const control of controls) {
    tell(`without ${control.name}`);
    figures.push(toFigure(control, await findWithout(control, seed)));
    if (length === "short") continue;
    tell(`with ${control.name}`);
    violations.push(...(await control.run({ isOff: false, seed })));
  }
  return { figures, violations };
}

/** What goes wrong depends on who was faster: it need not go wrong the first time. */
async function findWithout(control: Control, seed: number): Promise<readonly Violation[]> {
  for (let attempt = 0; attempt < mostAttempts; attempt += 1) {
    const found = await control.run({ isOff: true, seed: seed + attempt });
    if (found.some(({ rule }) => rule === control.rule)) return found;
  }
  return [];
}

const mostAttempts = 3;

function toFigure({ name, rule, how }: Control, found: readonly Violation[]): Figure {
  const count = found.filter((violation) => violation.rule === rule).length;
  return { name: `without ${name}: ${rule} broken`, target: "≥ 1", seen: String(count), isMet: count > 0, how };
}
