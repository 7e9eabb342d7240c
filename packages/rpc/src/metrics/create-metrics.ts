import { collectDefaultMetrics, Counter, Histogram, Registry } from "prom-client";

import type { MeasuredApp, Meter, Metrics } from "../observe/meter.ts";

import { callBuckets, revocationBuckets, roundBuckets, validationBuckets } from "./buckets.ts";
import { registerReadings } from "./readings.ts";
import { RevocationFigures } from "./revocation-figures.ts";

/** What calls that are for no procedure of the router are counted under: no name that came from outside is a label. */
const unknownProcedure = "(unknown)";

/**
 * Measures an app for Prometheus: give it to `createApp({ metrics })`. What is measured, and what it tells, is in
 * docs/guides/observability.md.
 */
export function createMetrics(): Metrics {
  const registry = new Registry();
  let reading: Promise<string> | null = null;

  return {
    begin(app) {
      collectDefaultMetrics({ register: registry });
      registerReadings(registry, app);
      return createMeter(registry, app);
    },
    async read() {
      // However many ask at once: it is worked out once.
      reading ??= registry.metrics().finally(() => (reading = null));
      return { text: await reading, contentType: registry.contentType };
    },
  };
}

function createMeter(registry: Registry, { procedures }: MeasuredApp): Meter {
  const registers = [registry];
  const calls = new Counter({
    name: "countersign_calls_total",
    help: "Calls answered, by procedure and by OK or the code of the error.",
    labelNames: ["procedure", "code"],
    registers,
  });
  const callSeconds = new Histogram({
    name: "countersign_call_seconds",
    help: "Seconds from the check before a call to its outcome. Of subscriptions: until they have begun.",
    labelNames: ["procedure"],
    buckets: callBuckets,
    registers,
  });
  const validations = new Histogram({
    name: "countersign_validation_seconds",
    help: "Seconds to tell who holds a session, for each time it was asked.",
    buckets: validationBuckets,
    registers,
  });
  const upgrades = new Counter({
    name: "countersign_upgrades_total",
    help: "Requests for a socket, by what became of them.",
    labelNames: ["outcome"],
    registers,
  });
  const socketsEnded = new Counter({
    name: "countersign_revocations_total",
    help: "Sockets closed because their session ended, by the reason and by how this server learned of it.",
    labelNames: ["reason", "learned"],
    registers,
  });
  const effective = new Histogram({
    name: "revocation_effective_seconds",
    help: "Seconds from the publication of what takes access away until it holds for all sockets of this server.",
    labelNames: ["cause"],
    buckets: revocationBuckets,
    registers,
  });
  const rounds = new Histogram({
    name: "countersign_push_round_seconds",
    help: "Seconds until everybody concerned by a burst of changes has been told.",
    buckets: roundBuckets,
    registers,
  });
  const renewals = new Counter({
    name: "countersign_lease_renewals_total",
    help: "Attempts to confirm all open sessions.",
    labelNames: ["outcome"],
    registers,
  });

  // Looked up once for each procedure: that is most of what counting costs.
  const known = new Map(procedures.map((procedure) => [procedure, callsOf(procedure)]));
  const figures = new RevocationFigures();
  for (const outcome of ["confirmed", "failed"]) renewals.inc({ outcome }, 0);
  for (const cause of ["session_ended", "user_changed"]) effective.zero({ cause });

  function callsOf(procedure: string) {
    const codes = new Map<string, Counter.Internal>();
    return {
      count(code: string) {
        const counter = codes.get(code) ?? calls.labels({ procedure, code });
        codes.set(code, counter);
        counter.inc();
      },
      // Made when it is called for the first time: a histogram that says nothing is fifteen lines.
      time(seconds: number) {
        this.histogram ??= callSeconds.labels({ procedure });
        this.histogram.observe(seconds);
      },
      histogram: null as Histogram.Internal<string> | null,
    };
  }

  function noteEffective(cause: "session_ended" | "user_changed", seconds: number | null): void {
    if (seconds !== null) effective.observe({ cause }, seconds);
  }

  return {
    called(procedure, code, seconds) {
      const counted = known.get(procedure);
      counted?.count(code);
      counted?.time(seconds);
    },
    unknownCall: (code) => calls.inc({ procedure: unknownProcedure, code }),
    validated: (seconds) => validations.observe(seconds),
    upgraded: (outcome) => upgrades.inc({ outcome }),
    socketEnded(reason, sessionId, isTold) {
      socketsEnded.inc({ reason, learned: isTold ? "told" : "found" });
      if (!isTold && sessionId !== null) figures.noteLost(sessionId);
    },
    sessionsEnded: (ids, publishedAt, closed) =>
      noteEffective("session_ended", figures.ended(ids, publishedAt, closed)),
    userShown: (publishedAt) => noteEffective("user_changed", figures.since(publishedAt)),
    roundEnded: (seconds) => rounds.observe(seconds),
    leaseRenewed: (isConfirmed) => renewals.inc({ outcome: isConfirmed ? "confirmed" : "failed" }),
  };
}
