import type { MetricsChoice } from "@countersign/ops";
import type { Metrics } from "@countersign/rpc";

/** What measures the server, and where it is told. */
export interface OpenMetrics {
  /** Null: nothing does. */
  readonly metrics: Metrics | null;
  /** What is to be presented for it on the app's own port; null: it is not told there. */
  readonly token: string | null;
  close(): Promise<void>;
}

/**
 * Begins to measure, where the environment asks for it.
 *
 * @throws when the port for it is taken
 */
export async function openMetrics(choice: MetricsChoice | null): Promise<OpenMetrics> {
  if (choice === null) return { metrics: null, token: null, async close() {} };
  // Loaded only where something is measured.
  const { createMetrics, serveMetrics } = await import("@countersign/rpc/metrics");
  const metrics = createMetrics();
  const { address, token } = choice;
  if (address === null) return { metrics, token, async close() {} };
  const server = await serveMetrics(metrics, { ...address, token }).catch((error: unknown) => {
    const why = error instanceof Error ? error.message : String(error);
    throw new Error(`METRICS_HOST ${address.host}, METRICS_PORT ${address.port}: ${why}`, { cause: error });
  });
  return { metrics, token: null, close: () => server.close() };
}
