import type { Evidence, Violation } from "./evidence.ts";

/** I9: the database's own checks pass. I10: no process ended but those that were ended. I11: no answer was a defect. */
export function checkProcesses({ final, exits, defects }: Evidence): Violation[] {
  const byThemselves = exits.filter(({ isAskedFor }) => !isAskedFor);
  return [
    ...final.faults.map((fault) => ({ rule: "I9", what: fault, shownBy: [] })),
    ...byThemselves.map((exit) => ({ rule: "I10", what: `${exit.server} ended by itself`, shownBy: [exit] })),
    ...defects.map((defect) => ({ rule: "I11", what: `neither a success nor a refusal: ${defect}`, shownBy: [] })),
  ];
}
