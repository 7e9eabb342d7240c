import { z } from "./z.ts";

const day = 86_400;

/** A whole number in digits: `1e3` and ` 5` are more likely mistakes than meant. */
function count(least: number, most: number) {
  const cure = `Write a whole number from ${least} to ${most}.`;
  return z
    .string(cure)
    .regex(/^\d{1,15}$/, cure)
    .transform(Number)
    .pipe(z.int(cure).min(least, cure).max(most, cure));
}

const seconds = count;

const flag = z
  .enum(["true", "false", "1", "0"], 'Write "true" or "false".')
  .transform((text) => text === "true" || text === "1");

/** Signatures by key pairs (RFC 7518, RFC 8037): none by a shared secret, and not the absence of one. */
const signatures = [
  "RS256",
  "RS384",
  "RS512",
  "PS256",
  "PS384",
  "PS512",
  "ES256",
  "ES384",
  "ES512",
  "EdDSA",
  "Ed25519",
];

/** Names, separated by commas. */
const names = z
  .string()
  .transform((text) => text.split(",").flatMap((name) => name.trim() || []))
  .pipe(z.array(z.string().max(64)).max(100));

/**
 * Every lifetime, interval and limit of a server, by the name of its environment variable. A server reads the
 * environment once, through this, and hands the values on as arguments.
 */
export const Settings = z.object({
  SESSION_IDLE_SECONDS: seconds(1, 400 * day)
    .default(14 * day)
    .describe("A session ends when it is not used for this long."),
  SESSION_ABSOLUTE_SECONDS: seconds(1, 400 * day)
    .default(90 * day)
    .describe("A session ends this long after sign-in, used or not."),
  SESSION_TOUCH_SECONDS: seconds(1, day)
    .default(60)
    .describe(
      "The use of a session is written down at most this often (and at least four times per SESSION_IDLE_SECONDS).",
    ),
  SESSION_FRESH_SECONDS: seconds(1, day)
    .default(600)
    .describe("How long after signing in sensitive actions are allowed."),
  LEASE_SECONDS: seconds(1, 300)
    .default(5)
    .describe("Every open socket's session is read again this often; what cannot be confirmed is closed."),
  SESSION_CHECK: z
    .enum(["strict", "cached"], 'Write "strict" or "cached".')
    .default("strict")
    .describe(
      "PostgreSQL: is the session read for every call, or may queries over the socket stand on a reading at most LEASE_SECONDS old, forgotten when a change is told?",
    ),
  EXTERNAL_POLL_MS: count(10, 60_000).default(50).describe("SQLite: how often to look for changes by other processes."),
  REQUIRE_ORIGIN: flag.default(true).describe("Refuse upgrades and unsafe HTTP requests that name no Origin."),

  MAX_FRAME_BYTES: count(1024, 16 * 1024 * 1024)
    .default(64 * 1024)
    .describe("Largest WebSocket message; larger ones close the socket (1009)."),
  MAX_FRAGMENTS: count(1, 10_000).default(64).describe("Most fragments one WebSocket message may come in."),
  MAX_BODY_BYTES: count(1024, 64 * 1024 * 1024)
    .default(64 * 1024)
    .describe("Largest HTTP request body."),
  MAX_UPLOAD_BYTES: count(1, 16 * 1024 * 1024 * 1024)
    .default(25 * 1024 * 1024)
    .describe(
      "Largest file that is taken; a larger one is refused (413), at the latest when its first byte too many comes.",
    ),
  MAX_TRANSFERS_PER_USER: count(1, 10_000)
    .default(8)
    .describe("Files that one user uploads and downloads at once; what is beyond it is refused (429)."),
  TRANSFER_SECONDS: seconds(1, day)
    .default(900)
    .describe(
      "How long an upload or a download may take in all. One of which nothing moves ends after REQUEST_SECONDS.",
    ),
  UPLOAD_BYTES_PER_USER: count(1, 999_999_999_999_999)
    .default(1024 * 1024 * 1024)
    .describe("Room for the files of one user."),
  UPLOAD_BYTES_PER_PROJECT: count(1, 999_999_999_999_999)
    .default(5 * 1024 * 1024 * 1024)
    .describe("Room for the files of what users share, as of one project."),
  MAX_BATCH: count(1, 1000).default(32).describe("Most calls in one batch; a larger batch is refused whole."),
  MAX_SUBSCRIPTIONS: count(1, 10_000).default(100).describe("Most running subscriptions of one socket."),
  MAX_CONNECTIONS: count(1, 1_000_000).default(20_000).describe("Most open sockets of one server."),
  MAX_CONNECTIONS_PER_IP: count(1, 1_000_000)
    .default(500)
    .describe("Most open sockets of one address (an IPv6 /64 counts as one)."),
  MAX_CONNECTIONS_PER_SESSION: count(1, 1_000_000).default(50).describe("Most open sockets of one session."),
  MAX_CONNECTIONS_PER_USER: count(1, 1_000_000)
    .default(100)
    .describe("Most open sockets of one user, over all sessions."),
  UPGRADE_QUEUE: count(1, 1_000_000)
    .default(2000)
    .describe(
      "Most new sockets that wait to be let in, a few at a time and up to 5 seconds; beyond it they are told to come back later (503).",
    ),
  MAX_MEMORY_PERCENT: count(10, 100)
    .default(85)
    .describe(
      "New sockets are refused (503) while more than this share of the heap's limit, or of the container's memory, is in use.",
    ),
  MAX_BUFFERED_BYTES: count(64 * 1024, 1024 * 1024 * 1024)
    .default(16 * 1024 * 1024)
    .describe(
      "A reader with more than this unread is cut (4408) at once; beyond a quarter of it its calls are refused.",
    ),
  SLOW_READER_SECONDS: seconds(1, 300)
    .default(8)
    .describe("A reader with a backlog that takes next to nothing for this long is cut (4408)."),
  CALLS_PER_SECOND: count(1, 1_000_000)
    .default(100)
    .describe(
      "Sustained calls of one socket; a user's sockets share five times this. Sockets that bring twice as much are closed.",
    ),
  CALLS_BURST: count(1, 1_000_000)
    .default(400)
    .describe("Calls a socket may make at once before it is held to CALLS_PER_SECOND."),
  BAD_FRAMES: count(1, 10_000).default(20).describe("Malformed messages before a socket is closed (1008)."),
  PING_SECONDS: seconds(1, 300).default(25).describe("How long a socket may be silent before it is pinged."),
  PONG_SECONDS: seconds(1, 300).default(8).describe("How long a pinged socket may take to answer."),
  DRAIN_SETTLE_SECONDS: seconds(0, 300)
    .default(2)
    .describe(
      "A server that is to stop says so in /readyz for this long before it lets nobody in, so that balancers see it.",
    ),
  DRAIN_SECONDS: seconds(0, 3600)
    .default(10)
    .describe(
      "How long the sockets of a server that stops have to move to another; calls under way have 8 seconds more.",
    ),
  REQUEST_SECONDS: seconds(1, 3600).default(30).describe("How long a client may take to send a whole HTTP request."),
  UPGRADE_SECONDS: seconds(1, 300).default(10).describe("How long a client may take to send the head of a request."),

  PASSWORD_HASH_CONCURRENCY: count(1, 64)
    .default(1)
    .describe("Password hashes computed at once; others wait in a queue."),
  PASSWORD_HASH_QUEUE: count(1, 100_000)
    .default(500)
    .describe("Most password hashes that wait; beyond it sign-in answers that it is busy."),
  LOGIN_ATTEMPTS: count(1, 100_000)
    .default(10)
    .describe("Failed sign-ins of one account, and ten times this of one address, within the window."),
  LOGIN_WINDOW_SECONDS: seconds(1, day).default(180).describe("The window of LOGIN_ATTEMPTS."),
  REGISTER_ATTEMPTS: count(1, 100_000).default(30).describe("Registrations of one address within an hour."),
  OIDC_ALGORITHMS: names
    .pipe(
      z
        .array(z.enum(signatures, `Write some of ${signatures.join(", ")}, separated by commas.`))
        .min(1, "Name at least one."),
    )
    .default(["RS256", "PS256", "ES256", "EdDSA"])
    .describe("How identity providers may sign what they say of people."),
  OIDC_RENEW_SECONDS: seconds(0, 300)
    .default(30)
    .describe(
      "How often identity providers' tokens of sessions in use are looked through, to renew those that are about to end; 0: only where code asks for one.",
    ),
  SIGN_UP: flag.default(true).describe("May visitors make accounts?"),
  SIGN_IN_AFTER_SIGN_UP: flag.default(true).describe("Is a new user signed in at once?"),
  LOGIN_FIELDS: z
    .enum(["username", "email", "username,email"], 'Write "username", "email" or "username,email".')
    .default("username")
    .describe("What people sign in by: username, email, or either."),
  EMAIL_REQUIRED: flag.default(false).describe("Must a new account have an email address?"),
  EMAIL_VERIFICATION: z
    .enum(["off", "optional", "required"], 'Write "off", "optional" or "required".')
    .default("off")
    .describe("Are addresses confirmed by a mailed link? Where required, nobody signs in before."),
  PASSWORD_RESET: flag.default(true).describe("May a forgotten password be replaced by a mailed link?"),
  PASSWORD_MIN_LENGTH: count(1, 128).default(8).describe("Fewest characters of a new password. 15 is recommended."),
  RESET_SECONDS: seconds(1, 7 * day)
    .default(3600)
    .describe("How long a link to a new password works."),
  VERIFY_SECONDS: seconds(1, 30 * day)
    .default(day)
    .describe("How long a link to confirm an address works."),
  EMAIL_REVERT_SECONDS: seconds(1, 90 * day)
    .default(7 * day)
    .describe("How long the old address may take the change of an address back."),
  MAILS_PER_ADDRESS: count(1, 10_000).default(5).describe("Most mails to one address within an hour."),
  MAILS_PER_HOUR: count(1, 10_000_000).default(1000).describe("Most mails in all within an hour."),
  SITE_NAME: z.string().min(1).max(64).default("Countersign").describe("What mails call the site."),
  SNAPSHOT_GROUPS: flag.default(false).describe("Does the browser learn the user's groups?"),
  SNAPSHOT_PERMISSIONS: flag.default(true).describe("Does the browser learn the user's permissions?"),
  VISITOR_DATA: flag.default(false).describe("May something be kept for visitors who have not signed in?"),
  VISITOR_SECONDS: seconds(60, 400 * day)
    .default(30 * day)
    .describe("How long it is kept."),
  KEEP_AT_SIGN_OUT: names
    .default(["theme"])
    .describe("Keys of the session's data that are kept for the visitor who signs out."),
  MIGRATE: z
    .enum(["start", "check"], 'Write "start" or "check".')
    .default("start")
    .describe(
      "Does a starting server apply the migrations that the database lacks, or refuse and leave them to countersign db migrate?",
    ),
  AUDIT_DAYS: count(1, 36_500).default(365).describe("How long the audit log is kept."),
});
export type Settings = z.infer<typeof Settings>;

/** All defaults. */
export const defaultSettings: Settings = Object.freeze(Settings.parse({}));
