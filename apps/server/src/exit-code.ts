import { WrongEnvironment } from "@countersign/ops";

import { RefusedStart } from "./audit-at-start.ts";

/** EX_CONFIG of sysexits.h: as long as the settings are as they are, no start will do. */
const wrongSettings = 78;
/** EX_UNAVAILABLE: what it works with is away, or somebody else is still there. It is to be started again. */
const unavailable = 69;
const failed = 1;

/** What a server that could not start, or ended by an error, tells whoever started it: is it to be tried again? */
export function exitCodeOf(error: unknown): number {
  if (error instanceof WrongEnvironment) return wrongSettings;
  if (error instanceof RefusedStart) return error.mayPass ? unavailable : wrongSettings;
  return failed;
}
