import type { Environment } from "../environment/read-environment.ts";

import type { Check } from "./check.ts";
import { isLoopbackHost, isPrivateHost } from "./hosts.ts";

/** What opens the services that the server works with, and how it travels there. */
export const secretChecks: readonly Check[] = [
  {
    id: "password-weak",
    severity: "error",
    about:
      "A password in a URL, or a token, is one that is tried first, or is the user's name, or short, or made of few signs.",
    setting: null,
    find: ({ environment }) => [
      ...servicesOf(environment)
        .filter(({ host, user, password }) => !isLoopbackHost(host) && password !== "" && isWeak(password, user))
        .map(({ setting }) => ({ setting, what: "The password in it is one that can be guessed." })),
      ...(isWeakToken(environment.metrics?.token ?? null)
        ? [{ setting: "METRICS_TOKEN", what: "It is one that can be guessed." }]
        : []),
    ],
    cure: "Make a random one of at least 16 characters, as with openssl rand -hex 16.",
  },
  {
    id: "redis-without-password",
    severity: "warning",
    about: "Redis takes anybody who reaches it.",
    setting: "REDIS_URL",
    find: ({ environment }) =>
      servicesOf(environment)
        .filter(({ setting, host, password }) => setting === "REDIS_URL" && !isLoopbackHost(host) && password === "")
        .map(() => "It names no password: whoever reaches that Redis can keep servers from telling each other."),
    cure: "Give Redis a password (requirepass, or a user) and write it into the URL.",
  },
  {
    id: "service-without-tls",
    severity: "error",
    about:
      "What is sent to the database, to Redis or to the mail server may leave your network in the clear, or to whoever pretends to be it.",
    setting: null,
    find: ({ environment }) =>
      servicesOf(environment)
        .filter(({ host, tls }) => tls !== "verified" && !isPrivateHost(host))
        .map(({ setting, tls, withTls }) => ({
          setting,
          what:
            tls === "none"
              ? "What is sent there may leave your network in the clear, passwords included."
              : "Nobody looks at the certificate: whoever is on the way can pretend to be it, and read all of it.",
          cure: withTls,
        })),
    cure: "Use TLS, or an address within your network.",
  },
];

interface Service {
  readonly setting: string;
  readonly host: string;
  readonly user: string;
  readonly password: string;
  /** `unverified`: encrypted, for whoever answers. */
  readonly tls: "none" | "unverified" | "verified";
  readonly withTls: string;
}

function servicesOf({ databaseUrl, bus, mail }: Environment): Service[] {
  const services: Service[] = [];
  if (/^postgres(?:ql)?:/.test(databaseUrl)) services.push(describePostgres(databaseUrl));
  if (bus.kind === "redis") {
    const { protocol, ...url } = readUrl(bus.url);
    services.push({
      setting: "REDIS_URL",
      ...url,
      tls: protocol === "rediss:" ? "verified" : "none",
      withTls: "Write rediss://….",
    });
  }
  if (mail.kind === "smtp") {
    const { host, user, password, isSecure, isTlsRequired } = mail.server;
    services.push({
      setting: "SMTP_URL",
      host,
      user: user ?? "",
      password: password ?? "",
      tls: isSecure || isTlsRequired ? "verified" : "none",
      withTls: "Write smtps://…, or leave out tls=optional.",
    });
  }
  return services;
}

function describePostgres(databaseUrl: string): Service {
  const { host, user, password } = readUrl(databaseUrl);
  // As `pg` reads them: of what is there twice, the last one holds, and a parameter comes before its part of the URL.
  const parameters = Object.fromEntries(new URL(databaseUrl).searchParams);
  return {
    setting: "DATABASE_URL",
    host: parameters["host"] ?? host,
    user: parameters["user"] ?? user,
    password: parameters["password"] ?? password,
    tls: postgresTls(parameters),
    withTls: "Add ?sslmode=verify-full to it.",
  };
}

/** `require` verifies in `pg`, unless it is to do as libpq does. */
function postgresTls(parameters: Readonly<Record<string, string>>): Service["tls"] {
  const mode = parameters["sslmode"] ?? (/^(?:true|1)$/.test(parameters["ssl"] ?? "") ? "require" : "disable");
  if (mode === "verify-full" || mode === "verify-ca") return "verified";
  if (mode === "no-verify") return "unverified";
  if (mode !== "require") return "none";
  const isAsLibpq = parameters["uselibpqcompat"] === "true" && parameters["sslrootcert"] === undefined;
  return isAsLibpq ? "unverified" : "verified";
}

function readUrl(text: string): { protocol: string; host: string; user: string; password: string } {
  const { protocol, hostname, username, password } = new URL(text);
  return { protocol, host: hostname, user: decode(username), password: decode(password) };
}

function decode(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    // Judged as it is written: whoever uses the URL says what is wrong with it.
    return part;
  }
}

function isWeak(password: string, user: string): boolean {
  const plain = password.toLowerCase();
  if (password.length < 8 || plain === user.toLowerCase()) return true;
  return usual.some((word) => plain.replace(/[\d!@#$_.-]+$/, "") === word) || new Set(plain).size < 4;
}

/** Random letters and digits of this length do not have as few: 16 of a hexadecimal number have less than six in 1 of 27,000. */
function isWeakToken(token: string | null): boolean {
  return token !== null && (isWeak(token, "") || new Set(token.toLowerCase()).size < 6);
}

/** What examples and defaults have. A number or a sign at the end makes none of them better. */
const usual = [
  "admin",
  "administrator",
  "changeme",
  "change-me",
  "change_me",
  "countersign",
  "database",
  "default",
  "example",
  "letmein",
  "mypassword",
  "mysecretpassword",
  "pa55word",
  "pass",
  "passw0rd",
  "password",
  "postgres",
  "postgresql",
  "qwerty",
  "redis",
  "replace-me",
  "root",
  "secret",
  "supersecret",
  "test",
  "topsecret",
];
