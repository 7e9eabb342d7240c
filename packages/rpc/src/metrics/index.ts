export { createMetrics } from "./create-metrics.ts";
export { type MetricsServer, serveMetrics } from "./serve-metrics.ts";
