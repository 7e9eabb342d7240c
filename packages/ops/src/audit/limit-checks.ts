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
    id: "silence-long",
    severity: "warning",
    about: "Proxies cut silent sockets before they are pinged: most after 60 s.",
    setting: "PING_SECONDS",
    find: ({ environment: { settings } }) =>
      settings.PING_SECONDS + settings.PONG_SECONDS > 60
        ? `With PONG_SECONDS a silent socket may stay so for ${settings.PING_SECONDS + settings.PONG_SECONDS} s, and most proxies cut it after 60.`
        : null,
    cure: "Leave both out, or write numbers that are at most 60 together.",
  },
  {
    id: "drain-long",
    severity: "warning",
    about: "A server that stops may take longer than 30 s, and what runs it kills it in the middle of something.",
    setting: "DRAIN_SECONDS",
    find({ environment: { settings } }) {
      const longest = settings.DRAIN_SETTLE_SECONDS + settings.DRAIN_SECONDS + finishSeconds;
      return longest > 30
        ? `With DRAIN_SETTLE_SECONDS, and ${finishSeconds} s for calls under way, a stop takes up to ${longest} s, and the examples in deploy/ give it 40 with all that comes after.`
        : null;
    },
    cure: "Write numbers that are at most 22 together.",
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

/** As DRAIN_SECONDS says. */
const finishSeconds = 8;

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
  MAX_UPLOAD_BYTES: 4 * 1024 ** 3,
  UPLOAD_BYTES_PER_USER: 1024 ** 4,
  UPLOAD_BYTES_PER_PROJECT: 10 * 1024 ** 4,
  TRANSFER_SECONDS: 6 * 3600,
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
  MAILS_PER_HOUR: 100_000,
  REQUEST_SECONDS: 600,
  UPGRADE_SECONDS: 60,
  PASSWORD_HASH_CONCURRENCY: 16,
  PASSWORD_HASH_QUEUE: 20_000,
} satisfies Partial<Record<keyof Settings, number>>;
