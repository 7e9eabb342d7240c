import { checkAcknowledged } from "./acknowledged.ts";
import { checkAudience } from "./audience.ts";
import type { Evidence, Violation } from "./evidence.ts";
import { checkKeys } from "./keys.ts";
import { checkOrders } from "./orders.ts";
import { checkProcesses } from "./processes.ts";
import { checkRefused } from "./refused.ts";
import { checkSessions } from "./sessions.ts";
import { checkVersions } from "./versions.ts";
import { checkViews } from "./views.ts";

/**
 * Holds a run to what was promised. Everything that is broken is told, by rule:
 *
 * - I1 what was acknowledged is there, and every change came to an end
 * - I2 what was refused is not there
 * - I3 one key, one row; no row without a key
 * - I4 what belongs together is there together
 * - I5 each open list shows what a query as that user would
 * - I6 versions seen by one subscription never fall
 * - I7 no frame shows anybody another user's row
 * - I8 nothing is answered, and nothing new shown, to a session that has been signed out
 * - I9 the database's own checks pass
 * - I10 no process ends by itself
 * - I11 every answer is a success or a clean refusal
 */
export function check(evidence: Evidence): readonly Violation[] {
  return [
    ...checkAcknowledged(evidence),
    ...checkRefused(evidence),
    ...checkKeys(evidence),
    ...checkOrders(evidence),
    ...checkViews(evidence),
    ...checkVersions(evidence),
    ...checkAudience(evidence),
    ...checkSessions(evidence),
    ...checkProcesses(evidence),
  ];
}

/** A text for people: each violation with what shows it, and after the twentieth only how many there are. */
export function describeViolations(violations: readonly Violation[]): string {
  const told = violations.slice(0, mostTold).map(({ rule, what, shownBy }) => {
    const lines = shownBy.slice(0, mostShown).map((fact) => `    ${JSON.stringify(fact)}`);
    return [`${rule}: ${what}`, ...lines].join("\n");
  });
  const more = violations.length - told.length;
  return [...told, ...(more > 0 ? [`… and ${more} more`] : [])].join("\n");
}

const mostTold = 20;
const mostShown = 6;
