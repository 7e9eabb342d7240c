import type { TRPCError } from "@trpc/server";

import type { Log } from "../services.ts";

import type { MeasuredApp, Meter, Metrics } from "./meter.ts";
import { answerMetrics } from "./metrics-answer.ts";
import { findTracer } from "./tracing.ts";
import { createCallWatch, type WatchCall } from "./watch-call.ts";
import { createRoundWatch, type WatchRounds } from "./watch-rounds.ts";
import { createUpgradeWatch } from "./watch-upgrade.ts";

/** Whoever watches an app: by figures, by traces, by a log of calls. What nobody watches costs nothing. */
export interface Observer {
  readonly meter: Meter | null;
  readonly watchCall: WatchCall | null;
  readonly watchRounds: WatchRounds | null;
  readonly watchUpgrade: ReturnType<typeof createUpgradeWatch>;
  /** Hears of failed calls; counts those that are for no procedure, which nobody else sees. */
  readonly onFailedCall: (error: TRPCError, path: string | undefined) => void;
  /** What is served under `/metrics` on the app's own port; null for nothing. */
  readonly serveMetrics: ((request: Request) => Promise<Response>) | null;
}

export function observeApp(
  options: { readonly log: Log; readonly metrics?: Metrics | null; readonly metricsToken?: string | null },
  app: MeasuredApp,
): Observer {
  const { log, metrics = null, metricsToken: token = null } = options;
  const meter = metrics?.begin(app) ?? null;
  const watching = { meter, tracer: findTracer(), log };
  const known = new Set(app.procedures);

  return {
    meter,
    watchCall: createCallWatch(watching),
    watchRounds: createRoundWatch(watching),
    watchUpgrade: createUpgradeWatch(watching),
    onFailedCall(error, path) {
      if (path === undefined || !known.has(path)) meter?.unknownCall(error.code);
    },
    serveMetrics: metrics && token !== null ? (request) => serve(metrics, token, request) : null,
  };
}

async function serve(metrics: Metrics, token: string, request: Request): Promise<Response> {
  const { status, headers, body } = await answerMetrics(metrics, token, request.headers.get("authorization"));
  return new Response(body, { status, headers });
}
