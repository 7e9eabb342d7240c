import type { environmentVariables } from "../environment/read-environment.ts";

type Variable = keyof typeof environmentVariables;

/** What the page is divided into, in its order. A variable that is in none of them comes under the last. */
export const subjects: readonly { readonly title: string; readonly variables: readonly Variable[] }[] = [
  {
    title: "Where it runs",
    variables: [
      "NODE_ENV",
      "HOST",
      "PORT",
      "PUBLIC_URL",
      "ALLOWED_ORIGINS",
      "REQUIRE_ORIGIN",
      "TRUST_PROXY",
      "SITE_NAME",
    ],
  },
  {
    title: "Database, files and other servers",
    variables: ["DATABASE_URL", "MIGRATE", "EXTERNAL_POLL_MS", "UPLOAD_FOLDER", "BUS", "REDIS_URL"],
  },
  {
    title: "Sessions",
    variables: [
      "SESSION_IDLE_SECONDS",
      "SESSION_ABSOLUTE_SECONDS",
      "SESSION_TOUCH_SECONDS",
      "SESSION_FRESH_SECONDS",
      "SESSION_CHECK",
      "LEASE_SECONDS",
      "SNAPSHOT_GROUPS",
      "SNAPSHOT_PERMISSIONS",
      "VISITOR_DATA",
      "VISITOR_SECONDS",
      "KEEP_AT_SIGN_OUT",
    ],
  },
  {
    title: "Accounts",
    variables: [
      "SIGN_UP",
      "SIGN_IN_AFTER_SIGN_UP",
      "LOGIN_FIELDS",
      "EMAIL_REQUIRED",
      "EMAIL_VERIFICATION",
      "PASSWORD_MIN_LENGTH",
      "PASSWORD_RESET",
      "RESET_SECONDS",
      "VERIFY_SECONDS",
      "EMAIL_REVERT_SECONDS",
      "LOGIN_ATTEMPTS",
      "LOGIN_WINDOW_SECONDS",
      "REGISTER_ATTEMPTS",
      "PASSWORD_HASH_CONCURRENCY",
      "PASSWORD_HASH_QUEUE",
    ],
  },
  { title: "Mail", variables: ["MAIL", "SMTP_URL", "MAIL_FROM", "MAILS_PER_ADDRESS", "MAILS_PER_HOUR"] },
  {
    title: "Sockets and requests",
    variables: [
      "MAX_CONNECTIONS",
      "MAX_CONNECTIONS_PER_IP",
      "MAX_CONNECTIONS_PER_SESSION",
      "MAX_FRAME_BYTES",
      "MAX_FRAGMENTS",
      "MAX_BODY_BYTES",
      "MAX_BATCH",
      "MAX_SUBSCRIPTIONS",
      "MAX_BUFFERED_BYTES",
      "SLOW_READER_SECONDS",
      "CALLS_PER_SECOND",
      "CALLS_BURST",
      "BAD_FRAMES",
      "PING_SECONDS",
      "PONG_SECONDS",
      "REQUEST_SECONDS",
      "UPGRADE_SECONDS",
    ],
  },
  {
    title: "Uploads and downloads",
    variables: [
      "MAX_UPLOAD_BYTES",
      "MAX_TRANSFERS_PER_USER",
      "TRANSFER_SECONDS",
      "UPLOAD_BYTES_PER_USER",
      "UPLOAD_BYTES_PER_PROJECT",
    ],
  },
  {
    title: "Operation",
    variables: ["DRAIN_SETTLE_SECONDS", "DRAIN_SECONDS", "LOG_LEVEL", "AUDIT_DAYS", "AUDIT_IGNORE"],
  },
];
