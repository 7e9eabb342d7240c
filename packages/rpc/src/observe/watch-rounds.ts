import { context, ROOT_CONTEXT, type Span, trace, type Tracer } from "@opentelemetry/api";

import type { Meter } from "./meter.ts";

/** A round of pushes that is under way. */
export interface WatchedRound {
  /** Runs a part of it. */
  run<Result>(part: () => Result): Result;
  end(): void;
}

/** Begins to watch a round of so many watchers. */
export type WatchRounds = (watchers: number) => WatchedRound;

/** Null when nobody wants to know how long rounds take. */
export function createRoundWatch(options: {
  readonly meter: Meter | null;
  readonly tracer: Tracer | null;
}): WatchRounds | null {
  const { meter, tracer } = options;
  if (meter === null && tracer === null) return null;

  return (watchers) => {
    const begunAt = performance.now();
    // Of its own: many changes may have led to it, and whichever came first is not its reason.
    const attributes = { "countersign.watchers": watchers };
    const span = tracer?.startSpan("push round", { attributes, root: true }, ROOT_CONTEXT) ?? null;
    return {
      run: (part) => (span === null ? part() : context.with(contextOf(span), part)),
      end() {
        meter?.roundEnded((performance.now() - begunAt) / 1000);
        span?.end();
      },
    };
  };
}

function contextOf(span: Span) {
  return trace.setSpan(ROOT_CONTEXT, span);
}
