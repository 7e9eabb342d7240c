import type { Settings } from "@countersign/contract";

/** Settings under which a test may call as often as it likes. What it shows is not how often. */
export const roomySettings = {
  CALLS_BURST: 1_000_000,
  CALLS_PER_SECOND: 1_000_000,
  LOGIN_ATTEMPTS: 100_000,
  REGISTER_ATTEMPTS: 100_000,
  MAILS_PER_ADDRESS: 10_000,
  MAILS_PER_HOUR: 10_000_000,
  MAX_CONNECTIONS_PER_IP: 100_000,
} as const satisfies Partial<Settings>;
