import type { FaultOptions, FaultReport } from "../fault.ts";

import { readSlowly } from "./read-slowly.ts";
import { stopReading } from "./stop-reading.ts";

/** REL-40 and REL-41: clients that read nothing, and one that reads next to nothing, while there is much to be shown. */
export async function slow(options: FaultOptions): Promise<FaultReport> {
  // The long form's figures are of servers that have the machine for themselves.
  const [stopped, slowly] =
    options.length === "long"
      ? [await stopReading(options), await readSlowly(options)]
      : await Promise.all([stopReading(options), readSlowly(options)]);
  return {
    violations: [...stopped.violations, ...slowly.violations],
    figures: [...stopped.figures, ...slowly.figures],
  };
}
