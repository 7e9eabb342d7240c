import { createHash, timingSafeEqual } from "node:crypto";

import type { Metrics } from "./meter.ts";

/** An answer to a request for metrics. */
export interface MetricsAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** Tells what was measured to whoever presents the token (`Authorization: Bearer …`); to everybody when there is none. */
export async function answerMetrics(
  metrics: Metrics,
  token: string | null,
  authorization: string | null,
): Promise<MetricsAnswer> {
  const common = { "cache-control": "no-store", "x-content-type-options": "nosniff" };
  if (token !== null && !isSame(authorization ?? "", `Bearer ${token}`)) {
    const headers = { ...common, "content-type": "text/plain; charset=utf-8", "www-authenticate": "Bearer" };
    return { status: 401, headers, body: "Present METRICS_TOKEN as a bearer token.\n" };
  }
  const { text, contentType } = await metrics.read();
  return { status: 200, headers: { ...common, "content-type": contentType }, body: text };
}

/** In the same time, whatever is the same in both. */
function isSame(one: string, other: string): boolean {
  return timingSafeEqual(digest(one), digest(other));
}

function digest(text: string): Buffer {
  return createHash("sha256").update(text).digest();
}
