import type { Span, Tracer } from "@opentelemetry/api";
import { getTRPCErrorFromUnknown, type TRPCError } from "@trpc/server";

import type { RootContext } from "../procedure/call-context.ts";
import { toPublicError } from "../procedure/error-format.ts";
import type { Log } from "../services.ts";

import { callFacts } from "./call-facts.ts";
import type { Meter } from "./meter.ts";
import { endSpan, noParent, parentOfRequest, withinSpan } from "./tracing.ts";

interface Call {
  readonly ctx: RootContext;
  readonly path: string;
  readonly type: string;
}

type Outcome = { readonly ok: true } | { readonly ok: false; readonly error: TRPCError };

/** Runs a call, and tells those who want to know what became of it. */
export type WatchCall = <Result extends Outcome>(call: Call, run: () => Promise<Result>) => Promise<Result>;

/** The same middleware, watched where somebody wants to know. */
export function watched<WatchedCall extends Call, Result extends Outcome>(
  run: (call: WatchedCall) => Promise<Result>,
): (call: WatchedCall) => Promise<Result> {
  return (call) => {
    const { watchCall } = call.ctx.caller.services;
    return watchCall === null ? run(call) : watchCall(call, () => run(call));
  };
}

/** Null when nobody wants to know: then calls run as they are. */
export function createCallWatch(options: {
  readonly meter: Meter | null;
  readonly tracer: Tracer | null;
  readonly log: Log;
}): WatchCall | null {
  const { meter, tracer, log } = options;
  const isLogged = log.isLevelEnabled?.("debug") === true;
  if (meter === null && tracer === null && !isLogged) return null;

  async function watch<Result extends Outcome>(call: Call, run: () => Promise<Result>, span: Span | null) {
    const begunAt = performance.now();
    let code = "OK";
    try {
      const result = await run();
      if (!result.ok) code = codeOf(result.error);
      return result;
    } catch (error) {
      code = codeOf(error);
      throw error;
    } finally {
      const ms = performance.now() - begunAt;
      meter?.called(call.path, code, ms / 1000);
      if (span !== null) endSpan(span, code);
      if (isLogged) write(call, code, ms);
    }
  }

  function write({ ctx, path, type }: Call, code: string, ms: number): void {
    log.debug({ ...callFacts(ctx.caller), procedure: path, type, code, ms: Math.round(ms * 100) / 100 }, "A call");
  }

  if (tracer === null) return (call, run) => watch(call, run, null);
  return (call, run) => {
    const { caller } = call.ctx;
    const parent = caller.connection === null ? parentOfRequest(caller.request) : noParent();
    const attributes = { "rpc.system": "trpc", "rpc.method": call.path, "countersign.type": call.type };
    return withinSpan(tracer, { name: call.path, parent, attributes }, (span) => watch(call, run, span));
  };
}

/** What the client is told. */
function codeOf(error: unknown): string {
  return toPublicError(getTRPCErrorFromUnknown(error)).code;
}
