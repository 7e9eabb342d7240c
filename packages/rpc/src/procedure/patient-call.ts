import { Patience } from "@countersign/db";

import type { RootContext } from "./call-context.ts";
import { isInCall } from "./current-call.ts";

interface Call {
  readonly ctx: RootContext;
  readonly type: string;
}

/**
 * The same middleware with one patience for all that a call waits for: its check, its turn, its statements, its last look. Then
 * it ends as UNAVAILABLE. The calls of one HTTP request have one together, since their answers leave together.
 */
export function patient<PatientCall extends Call, Result>(
  run: (call: PatientCall) => Promise<Result>,
): (call: PatientCall) => Promise<Result> {
  return (call) => {
    const { connection, fileCall, reply, services } = call.ctx.caller;
    // Nobody waits for a stream to end; a call made within another one has the patience of that one.
    if ((call.type === "subscription" && connection !== null) || isInCall()) return run(call);
    // While a file is on its way its procedure is asked again and again.
    const shared = fileCall === null ? reply?.patience : undefined;
    return (shared ?? new Patience(services.db.patienceMs)).run(() => run(call));
  };
}
