import type { Settings } from "@countersign/contract";

import type { Check, Named } from "./check.ts";
import { isLoopbackHost } from "./hosts.ts";

/** What keeps one client from taking what others need. */
export const limitChecks: readonly Check[] = [
  {
    id: "limit-high",
    severity: "warning",
    about: "A limit is so high that it bounds nothing.",
    setting: null,
    find: ({ environment: { settings } }) => findBeyond(settings),
    cure: "Leave it out, or write what your clients need.",
  },
  {
    id: "metrics-open",
    severity: "warning",
    about: "The server's figures are served to whoever reaches their port, on more than this machine.",
    setting: "METRICS_HOST",
    find: ({ environment: { metrics } }) =>
      metrics?.address && metrics.token === null && !isLoopbackHost(metrics.address.host)
        ? `Whoever reaches port ${metrics.address.port} on ${metrics.address.host} gets the server's figures.`
        : null,
    cure: "Set METRICS_TOKEN, or see to it that only Prometheus reaches that port.",
  },
  {
    id: "log-debug",
    severity: "warning",
    about: "Everything is logged.",
    setting: "LOG_LEVEL",
    find: ({ environment }) =>
      environment.logLevel === "debug" ? "debug logs every call, at the cost of the others." : null,
    cure: "Write info.",
  },
  {
    id: "log-silent",
    severity: "warning",
    about: "Nothing is logged: neither failures nor attacks are seen.",
    setting: "LOG_LEVEL",
    find: ({ environment }) =>
      environment.logLevel === "silent" ? "Neither failures nor attacks are seen by anybody." : null,
    cure: "Write info, warn or error.",
  },
];

function findBeyond(settings: Settings): readonly Named[] {
  return Object.entries(sensible)
    .filter(([name, most]) => settings[name as keyof typeof sensible] > most)
    .map(([setting, most]) => ({ setting, what: `It is beyond ${most}, and bounds next to nothing.` }));
}

/** Far above every default, and what no browser of one person comes near. */
const sensible = {
  MAX_FRAME_BYTES: 4 * 1024 * 1024,
  MAX_FRAGMENTS: 1000,
  MAX_BODY_BYTES: 16 * 1024 * 1024,
  MAX_BATCH: 500,
  MAX_SUBSCRIPTIONS: 2000,
  MAX_CONNECTIONS: 200_000,
  MAX_CONNECTIONS_PER_IP: 20_000,
  MAX_CONNECTIONS_PER_USER: 2000,
  MAX_CONNECTIONS_PER_SESSION: 1000,
  UPGRADE_QUEUE: 50_000,
  MAX_MEMORY_PERCENT: 95,
  MAX_TRANSFERS_PER_USER: 500,
  MAX_BUFFERED_BYTES: 256 * 1024 * 1024,
  CALLS_PER_SECOND: 5000,
  CALLS_BURST: 50_000,
  BAD_FRAMES: 1000,
  LOGIN_ATTEMPTS: 200,
  REGISTER_ATTEMPTS: 2000,
  MAILS_PER_ADDRESS: 100,
  REQUEST_SECONDS: 600,
  UPGRADE_SECONDS: 60,
  PASSWORD_HASH_CONCURRENCY: 16,
  PASSWORD_HASH_QUEUE: 20_000,
} satisfies Partial<Record<keyof Settings, number>>;
