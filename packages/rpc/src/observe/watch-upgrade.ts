import type { IncomingMessage } from "node:http";

import { context, propagation, type Tracer } from "@opentelemetry/api";

import type { Meter, UpgradeOutcome } from "./meter.ts";
import { endSpan, withinSpan } from "./tracing.ts";

type WatchUpgrade = (request: IncomingMessage, run: () => Promise<UpgradeOutcome>) => Promise<UpgradeOutcome>;

/** Runs a request for a socket, and tells those who want to know what became of it. */
export function createUpgradeWatch({
  meter,
  tracer,
}: {
  readonly meter: Meter | null;
  readonly tracer: Tracer | null;
}): WatchUpgrade {
  async function watch(run: () => Promise<UpgradeOutcome>, onEnd: (outcome: UpgradeOutcome) => void) {
    let outcome: UpgradeOutcome = "failed";
    try {
      outcome = await run();
      return outcome;
    } finally {
      meter?.upgraded(outcome);
      onEnd(outcome);
    }
  }

  if (tracer === null) return (_request, run) => watch(run, () => {});
  return (request, run) => {
    const parent = propagation.extract(context.active(), request.headers);
    return withinSpan(tracer, { name: "upgrade", parent, attributes: {} }, (span) =>
      watch(run, (outcome) => endSpan(span, outcome)),
    );
  };
}
