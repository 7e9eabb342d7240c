import { describe, expect, test } from "vitest";

import { readEnvironment } from "../environment/read-environment.ts";

import type { AuditFacts, OpenedDatabase } from "./audit-facts.ts";
import { auditChecks, auditDevelopment, auditServer } from "./audit-server.ts";
import { describeFinding } from "./describe-finding.ts";

type Variables = Readonly<Record<string, string>>;

/** A case of a check: variables beside those of a sound server, and what was found out about its database. */
interface Case {
  readonly variables?: Variables;
  readonly database?: Partial<OpenedDatabase>;
  readonly facts?: Partial<AuditFacts>;
}

const sound: Variables = {
  NODE_ENV: "production",
  PUBLIC_URL: "https://app.example.com",
  TRUST_PROXY: "loopback",
  DATABASE_URL: "postgres://app:9f1c7ae0b2d34e55@db.internal/app",
  UPLOAD_FOLDER: "/srv/files",
  SMTP_URL: "smtps://app:9f1c7ae0b2d34e55@mail.example.com",
  SITE_NAME: "Example",
  EMAIL_VERIFICATION: "required",
};
const sqlite = { DATABASE_URL: "sqlite:/var/lib/app/main.db" };
const opened: OpenedDatabase = {
  state: "open",
  durability: { fsync: "on", full_page_writes: "on", synchronous_commit: "on" },
  migrations: { pending: [], problem: null },
  otherServers: 0,
  demoUsers: [],
  providerSessions: [],
  clockAheadMs: 12,
};

/** For each finding what shows it, and right beside it what does not. */
const identityProvider = { OIDC_ISSUER: "https://id.example.com", OIDC_CLIENT_ID: "app" };

/** These characters, again and again. */
const keyOf = (characters: string) => Buffer.alloc(32, characters).toString("base64");

const cases: Readonly<Record<string, { readonly shown: readonly Case[]; readonly not: readonly Case[] }>> = {
  "variable-unknown": {
    shown: [{ variables: { SESION_IDLE_SECONDS: "60" } }, { variables: { MAX_BODY_BYTE: "60000" } }],
    not: [{ variables: { SESSION_IDLE_SECONDS: "60", HOSTNAME: "web-1" } }],
  },
  "development-in-public": {
    shown: [{ variables: { NODE_ENV: "development" } }],
    not: [{ variables: { NODE_ENV: "development", PUBLIC_URL: "http://localhost:5173" } }],
  },
  "not-production": { shown: [{ variables: { NODE_ENV: "test" } }], not: [{}] },
  "public-url-insecure": {
    shown: [
      { variables: { PUBLIC_URL: "http://app.example.com" } },
      { variables: { PUBLIC_URL: "http://localhost.example.com" } },
    ],
    not: [{ variables: { PUBLIC_URL: "http://localhost:3000" } }, { variables: { PUBLIC_URL: "http://[::1]:3000" } }],
  },
  "public-url-local": {
    shown: [{ variables: { PUBLIC_URL: "http://127.0.0.1:3000" } }, { variables: { PUBLIC_URL: "" } }],
    not: [{ variables: { PUBLIC_URL: "https://localhost" } }],
  },
  "origin-insecure": {
    shown: [
      { variables: { ALLOWED_ORIGINS: "https://app.example.com,http://app.example.com" } },
      { variables: { ALLOWED_ORIGINS: "https://app.example.com,http://*.example.com" } },
    ],
    not: [
      { variables: { ALLOWED_ORIGINS: "https://app.example.com,http://localhost:5173" } },
      // That is what public-url-insecure says.
      { variables: { PUBLIC_URL: "http://app.example.com" } },
    ],
  },
  "origin-own-missing": {
    shown: [
      { variables: { ALLOWED_ORIGINS: "https://www.example.com" } },
      { variables: { ALLOWED_ORIGINS: "https://*.app.example.com" } },
      { variables: { ALLOWED_ORIGINS: "https://app.example.com:8443" } },
    ],
    not: [{ variables: { ALLOWED_ORIGINS: "https://*.example.com" } }],
  },
  "origin-local": {
    shown: [{ variables: { ALLOWED_ORIGINS: "https://app.example.com,http://localhost:5173" } }],
    not: [{ variables: { PUBLIC_URL: "http://localhost:3000", ALLOWED_ORIGINS: "http://localhost:3000" } }],
  },
  "origin-wildcard": {
    shown: [{ variables: { ALLOWED_ORIGINS: "https://app.example.com,https://*.example.com" } }],
    not: [{ variables: { ALLOWED_ORIGINS: "https://app.example.com,https://www.example.com" } }],
  },
  "origin-wildcard-public": {
    shown: [
      { variables: { ALLOWED_ORIGINS: "https://app.example.com,https://*.co.uk" } },
      { variables: { ALLOWED_ORIGINS: "https://app.example.com,https://*.github.io" } },
    ],
    not: [{ variables: { ALLOWED_ORIGINS: "https://app.example.com,https://*.example.com,https://*.example.co.uk" } }],
  },
  "origin-foreign": {
    shown: [
      { variables: { ALLOWED_ORIGINS: "https://app.example.com,https://example.org" } },
      {
        variables: {
          PUBLIC_URL: "https://app.example.co.uk",
          ALLOWED_ORIGINS: "https://app.example.co.uk,https://other.co.uk",
        },
      },
    ],
    not: [
      { variables: { ALLOWED_ORIGINS: "https://app.example.com,https://example.com" } },
      {
        variables: {
          PUBLIC_URL: "https://app.example.co.uk",
          ALLOWED_ORIGINS: "https://app.example.co.uk,https://www.example.co.uk",
        },
      },
    ],
  },
  "origin-not-required": {
    shown: [{ variables: { REQUIRE_ORIGIN: "false" } }],
    not: [{ variables: { REQUIRE_ORIGIN: "true" } }],
  },
  "proxy-trusts-everyone": {
    shown: [
      { variables: { TRUST_PROXY: "0.0.0.0/0" } },
      { variables: { TRUST_PROXY: "10.0.0.1,::/0" } },
      { variables: { TRUST_PROXY: "8.0.0.0/7" } },
      // Who compares addresses takes mapped ones for plain ones, so that these are all of IPv4.
      { variables: { TRUST_PROXY: "::ffff:0:0/96" } },
      { variables: { TRUST_PROXY: "::FFFF:0.0.0.0/96" } },
      { variables: { TRUST_PROXY: "0:0:0:0:0:fffe::/95" } },
      { variables: { TRUST_PROXY: "::/16" } },
      { variables: { TRUST_PROXY: "::ffff:8.0.0.0/103" } },
    ],
    not: [
      { variables: { TRUST_PROXY: "10.0.0.0/8" } },
      { variables: { TRUST_PROXY: "::ffff:10.0.0.0/104" } },
      { variables: { TRUST_PROXY: "::ffff:10.0.0.5" } },
      { variables: { TRUST_PROXY: "::fffe:0:0/96,64:ff9b::/96,::/97" } },
    ],
  },
  "proxy-wide": {
    shown: [
      { variables: { TRUST_PROXY: "8.8.0.0/15" } },
      { variables: { TRUST_PROXY: "2001:db8::/31" } },
      { variables: { TRUST_PROXY: "::ffff:808:0/111" } },
    ],
    not: [
      { variables: { TRUST_PROXY: "8.8.0.0/16" } },
      { variables: { TRUST_PROXY: "10.0.0.0/8,fd00::/16" } },
      { variables: { TRUST_PROXY: "::ffff:8.8.0.0/112,::ffff:a00:0/104" } },
    ],
  },
  "proxy-not-trusted": {
    shown: [{ variables: { TRUST_PROXY: "" } }],
    not: [{ variables: { TRUST_PROXY: "", PUBLIC_URL: "http://localhost:3000" } }],
  },
  "port-open": {
    shown: [{ variables: { HOST: "0.0.0.0" } }, { variables: { HOST: "::" } }],
    not: [{ variables: { HOST: "127.0.0.1" } }],
  },
  "password-weak": {
    shown: [
      { variables: { DATABASE_URL: "postgres://app:postgres@db.internal/app" } },
      { variables: { DATABASE_URL: "postgres://application:application@db.internal/app" } },
      { variables: { DATABASE_URL: "postgres://app:x7%40kq2@db.internal/app" } },
      { variables: { REDIS_URL: "redis://:Changeme123!@cache" } },
      { variables: { SMTP_URL: "smtps://app:aaaaaaaaaaaa@mail.example.com" } },
      { variables: { DATABASE_URL: "postgres://app:9f1c7ae0b2d34e55@db.internal/app?password=postgres" } },
      { variables: { METRICS_TOKEN: "aaaaaaaaaaaaaaaa" } },
      { variables: { METRICS_TOKEN: "1234512345123451" } },
    ],
    not: [
      { variables: { REDIS_URL: "redis://:9f1c7ae0b2d34e55@cache" } },
      { variables: { DATABASE_URL: "postgres://postgres:postgres@localhost/app" } },
      { variables: { DATABASE_URL: "postgres://app@db.internal/app" } },
      { variables: { METRICS_TOKEN: "9f1c7ae0b2d34e55" } },
    ],
  },
  "redis-without-password": {
    shown: [{ variables: { REDIS_URL: "redis://cache:6379" } }],
    not: [
      { variables: { REDIS_URL: "redis://localhost:6379" } },
      { variables: { REDIS_URL: "redis://:9f1c7ae0b2d34e55@cache:6379" } },
    ],
  },
  "service-without-tls": {
    shown: [
      { variables: { DATABASE_URL: "postgres://app:9f1c7ae0b2d34e55@db.example.com/app" } },
      { variables: { DATABASE_URL: "postgres://app:9f1c7ae0b2d34e55@203.0.113.9/app?sslmode=prefer" } },
      ...["sslmode=no-verify", "sslmode=require&uselibpqcompat=true", "sslmode=verify-full&sslmode=disable"].map(
        (parameters) => ({ variables: { DATABASE_URL: `postgres://app@db.example.com/app?${parameters}` } }),
      ),
      { variables: { REDIS_URL: "redis://:9f1c7ae0b2d34e55@cache.example.com" } },
      { variables: { SMTP_URL: "smtp://mail.example.com?tls=optional" } },
    ],
    not: [
      { variables: { DATABASE_URL: "postgres://app:9f1c7ae0b2d34e55@db.example.com/app?sslmode=verify-full" } },
      ...["sslmode=require", "ssl=true", "sslmode=require&uselibpqcompat=true&sslrootcert=/etc/ca.pem"].map(
        (parameters) => ({ variables: { DATABASE_URL: `postgres://app@db.example.com/app?${parameters}` } }),
      ),
      { variables: { DATABASE_URL: "postgres://app:9f1c7ae0b2d34e55@192.168.1.4/app" } },
      { variables: { DATABASE_URL: "postgres:///app?host=/var/run/postgresql" } },
      { variables: { REDIS_URL: "rediss://:9f1c7ae0b2d34e55@cache.example.com" } },
      { variables: { REDIS_URL: "redis://:9f1c7ae0b2d34e55@cache" } },
      { variables: { SMTP_URL: "smtp://mail.example.com" } },
    ],
  },
  "database-in-memory": {
    shown: [{ variables: { DATABASE_URL: "sqlite::memory:" }, facts: { database: null } }],
    not: [{ variables: sqlite }],
  },
  "folder-public": {
    shown: [{ facts: { amongPages: ["UPLOAD_FOLDER"] } }, { facts: { amongPages: ["DATABASE_URL"] } }],
    not: [{}],
  },
  "database-temporary": {
    shown: [{ variables: { DATABASE_URL: "sqlite:/tmp/a/main.db" } }],
    not: [{ variables: { DATABASE_URL: "sqlite:/srv/tmp/main.db" } }],
  },
  "uploads-temporary": {
    shown: [{ variables: { UPLOAD_FOLDER: "/tmp" } }, { variables: { UPLOAD_FOLDER: "/var/tmp/files" } }],
    not: [{ variables: { UPLOAD_FOLDER: "/tmpfiles" } }, { variables: { UPLOAD_FOLDER: "/srv/tmp" } }],
  },
  "database-unreachable": {
    shown: [{ facts: { database: { state: "unreachable", reason: "The database cannot be reached." } } }],
    not: [{ facts: { database: { state: "missing" } } }],
  },
  durability: {
    shown: [
      { database: { durability: { fsync: "off", full_page_writes: "on", synchronous_commit: "on" } } },
      { database: { durability: { fsync: "on", full_page_writes: "off", synchronous_commit: "on" } } },
      { database: { durability: { fsync: "on", full_page_writes: "on", synchronous_commit: "off" } } },
      { variables: sqlite, database: { durability: { journal_mode: "wal", synchronous: "1" } } },
      { variables: sqlite, database: { durability: { journal_mode: "off", synchronous: "2" } } },
    ],
    not: [
      { database: { durability: { fsync: "on", full_page_writes: "on", synchronous_commit: "remote_apply" } } },
      { variables: sqlite, database: { durability: { journal_mode: "wal", synchronous: "2" } } },
    ],
  },
  "migration-misfit": {
    shown: [{ database: { migrations: { pending: [], problem: "The database is newer than this program." } } }],
    not: [{ database: { migrations: { pending: ["app/0002"], problem: null } } }],
  },
  "migration-missing": {
    shown: [
      { variables: { MIGRATE: "check" }, database: { migrations: { pending: ["app/0002"], problem: null } } },
      { variables: { MIGRATE: "check" }, facts: { database: { state: "missing" } } },
    ],
    not: [
      { variables: { MIGRATE: "check" } },
      { database: { migrations: { pending: ["app/0002"], problem: null } } },
      { facts: { database: { state: "missing" } } },
    ],
  },
  "migration-pending": {
    shown: [{ database: { migrations: { pending: ["app/0002"], problem: null } } }],
    not: [{}, { variables: { MIGRATE: "check" }, database: { migrations: { pending: ["app/0002"], problem: null } } }],
  },
  "clock-apart": {
    shown: [{ database: { clockAheadMs: 2001 } }, { database: { clockAheadMs: -2001 } }],
    not: [{ database: { clockAheadMs: -2000 } }, { database: { clockAheadMs: null } }],
  },
  "demo-users": {
    shown: [{ database: { demoUsers: [{ username: "root", isSuperuser: true }] } }],
    not: [{ database: { demoUsers: [{ username: "ann", isSuperuser: false }] } }],
  },
  "demo-users-plain": {
    shown: [{ database: { demoUsers: [{ username: "ann", isSuperuser: false }] } }],
    not: [{ database: { demoUsers: [{ username: "root", isSuperuser: true }] } }],
  },
  "provider-sessions-left": {
    shown: [{ database: { providerSessions: [{ provider: "gone", count: 1 }] } }],
    not: [{ database: { providerSessions: [] } }],
  },
  "sqlite-shared": {
    shown: [{ variables: sqlite, database: { otherServers: 1 } }],
    not: [{ variables: sqlite }, { database: { otherServers: 1 } }],
  },
  "bus-without-replicas": {
    shown: [{ variables: { ...sqlite, REDIS_URL: "redis://localhost" } }],
    not: [{ variables: { REDIS_URL: "redis://localhost" } }],
  },
  "bus-memory": {
    shown: [{ variables: { BUS: "memory" } }],
    not: [{ variables: { BUS: "postgres" } }, { variables: { ...sqlite, BUS: "memory" } }],
  },
  "bus-memory-shared": {
    shown: [{ variables: { BUS: "memory" }, database: { otherServers: 1 } }],
    not: [{ variables: { BUS: "memory" } }, { database: { otherServers: 2 } }],
  },
  "bus-unreachable": {
    shown: [{ facts: { bus: { isReachable: false } } }],
    not: [{ facts: { bus: { isReachable: true } } }],
  },
  "uploads-local": {
    shown: [{ variables: { UPLOAD_FOLDER: "" }, database: { otherServers: 1 } }],
    not: [{ database: { otherServers: 1 } }, { variables: { UPLOAD_FOLDER: "" } }],
  },
  "lease-long": {
    shown: [{ variables: { LEASE_SECONDS: "31" } }, { variables: { LEASE_SECONDS: "60" } }],
    not: [{ variables: { LEASE_SECONDS: "30" } }, { variables: { LEASE_SECONDS: "61" } }],
  },
  "lease-endless": { shown: [{ variables: { LEASE_SECONDS: "61" } }], not: [{ variables: { LEASE_SECONDS: "60" } }] },
  "revert-link-short": {
    shown: [{ variables: { EMAIL_REVERT_SECONDS: "86399" } }],
    not: [{ variables: { EMAIL_REVERT_SECONDS: "86400" } }],
  },
  "guesses-many": {
    shown: [
      { variables: { LOGIN_WINDOW_SECONDS: "1" } },
      { variables: { LOGIN_ATTEMPTS: "200" } },
      { variables: { LOGIN_ATTEMPTS: "101" } },
    ],
    not: [{}, { variables: { LOGIN_ATTEMPTS: "100" } }, { variables: { LOGIN_WINDOW_SECONDS: "18" } }],
  },
  "silence-long": {
    shown: [{ variables: { PING_SECONDS: "53" } }, { variables: { PING_SECONDS: "300", PONG_SECONDS: "300" } }],
    not: [{ variables: { PING_SECONDS: "52" } }],
  },
  "drain-long": {
    shown: [
      { variables: { DRAIN_SECONDS: "21" } },
      { variables: { DRAIN_SECONDS: "600", DRAIN_SETTLE_SECONDS: "300" } },
      { variables: { DRAIN_SETTLE_SECONDS: "13" } },
    ],
    not: [{ variables: { DRAIN_SECONDS: "20" } }, { variables: { DRAIN_SETTLE_SECONDS: "12" } }],
  },
  "session-long": {
    shown: [
      { variables: { SESSION_IDLE_SECONDS: "5184001" } },
      { variables: { SESSION_ABSOLUTE_SECONDS: "15552001" } },
    ],
    not: [{ variables: { SESSION_IDLE_SECONDS: "5184000", SESSION_ABSOLUTE_SECONDS: "15552000" } }],
  },
  "fresh-long": {
    shown: [{ variables: { SESSION_FRESH_SECONDS: "3601" } }],
    not: [{ variables: { SESSION_FRESH_SECONDS: "3600" } }],
  },
  "reset-link-long": {
    shown: [{ variables: { RESET_SECONDS: "86401" } }],
    not: [{ variables: { RESET_SECONDS: "86400" } }],
  },
  "password-short": {
    shown: [{ variables: { PASSWORD_MIN_LENGTH: "7" } }],
    not: [{ variables: { PASSWORD_MIN_LENGTH: "8" } }],
  },
  "sign-up-open": {
    shown: [{ variables: { EMAIL_VERIFICATION: "off" } }],
    not: [
      { variables: { EMAIL_VERIFICATION: "off", SIGN_UP: "false" } },
      { variables: { EMAIL_VERIFICATION: "optional" } },
    ],
  },
  "oidc-keys-missing": {
    shown: [{ variables: identityProvider }],
    not: [{}, { variables: { ...identityProvider, OIDC_KEYS: Buffer.alloc(32, 7).toString("base64") } }],
  },
  "oidc-keys-weak": {
    shown: [
      { variables: { ...identityProvider, OIDC_KEYS: keyOf("\0") } },
      { variables: { ...identityProvider, OIDC_KEYS: `${keyOf("secret")},${keyOf("0123456789")}` } },
    ],
    not: [
      { variables: { ...identityProvider, OIDC_KEYS: `${keyOf("0123456789")},${keyOf("secret")}` } },
      { variables: { OIDC_KEYS: keyOf("\0") } },
    ],
  },
  "oidc-link-trusted": {
    shown: [{ variables: { ...identityProvider, OIDC_LINK_BY_EMAIL: "trust" } }],
    not: [{ variables: identityProvider }],
  },
  "oidc-private": {
    shown: [{ variables: { ...identityProvider, OIDC_ALLOW_PRIVATE: "true" } }],
    not: [{ variables: identityProvider }],
  },
  "mail-printed": { shown: [{ variables: { MAIL: "console" } }], not: [{ variables: { MAIL: "smtp" } }] },
  "mail-missing": {
    shown: [{ variables: { SMTP_URL: "", EMAIL_VERIFICATION: "off" } }],
    not: [{ variables: { SMTP_URL: "", EMAIL_VERIFICATION: "off", MAIL: "off" } }],
  },
  "site-name-default": {
    shown: [{ variables: { SITE_NAME: "" } }],
    not: [{ variables: { SITE_NAME: "", MAIL: "off", EMAIL_VERIFICATION: "off" } }],
  },
  "audit-short": { shown: [{ variables: { AUDIT_DAYS: "29" } }], not: [{ variables: { AUDIT_DAYS: "30" } }] },
  "limit-high": {
    shown: [
      { variables: { LOGIN_ATTEMPTS: "201" } },
      { variables: { CALLS_PER_SECOND: "5001", CALLS_BURST: "5001" } },
      { variables: { MAX_FRAME_BYTES: "4194305" } },
      { variables: { UPLOAD_BYTES_PER_USER: "999999999999999" } },
      { variables: { MAILS_PER_HOUR: "100001" } },
    ],
    not: [{ variables: { LOGIN_ATTEMPTS: "200", CALLS_PER_SECOND: "5000", CALLS_BURST: "5000" } }],
  },
  "metrics-open": {
    shown: [{ variables: { METRICS_PORT: "9464", METRICS_HOST: "0.0.0.0" } }],
    not: [
      { variables: { METRICS_PORT: "9464" } },
      { variables: { METRICS_PORT: "9464", METRICS_HOST: "0.0.0.0", METRICS_TOKEN: "9f1c7ae0b2d34e55" } },
      { variables: { METRICS_HOST: "0.0.0.0" } },
    ],
  },
  "log-debug": { shown: [{ variables: { LOG_LEVEL: "debug" } }], not: [{ variables: { LOG_LEVEL: "info" } }] },
  "log-silent": { shown: [{ variables: { LOG_LEVEL: "silent" } }], not: [{ variables: { LOG_LEVEL: "error" } }] },
};

describe("every finding", () => {
  test("has a case that shows it and one beside it that does not", () => {
    expect(Object.keys(cases).toSorted()).toEqual(auditChecks.map(({ id }) => id).toSorted());
  });

  test.each(Object.entries(cases))("%s is found where it is so, and only there", (id, { shown, not }) => {
    for (const each of shown) expect(idsOf(each), JSON.stringify(each)).toContain(id);
    for (const each of not) expect(idsOf(each), JSON.stringify(each)).not.toContain(id);
  });

  test("tells the variable where there is one, what is the matter, and what to do, without a secret", () => {
    for (const { shown } of Object.values(cases)) {
      for (const finding of shown.flatMap((each) => findingsOf(each))) {
        const line = describeFinding(finding);
        expect(line).toMatch(/^(?:[A-Za-z_]{3,40}: )?\S.*[.!?] \S.*[.?] \([a-z-]+\)$/);
        expect(line).not.toMatch(/9f1c7ae0b2d34e55|aaaaaaaaaaaa|Changeme/);
        expect(line).not.toContain("\n");
      }
    }
  });
});

test("a sound server has no finding", () => {
  expect(findingsOf({})).toEqual([]);
  expect(findingsOf({ variables: { ...sqlite, UPLOAD_FOLDER: "" } })).toEqual([]);
});

test("errors come first, then warnings", () => {
  const variables = { LOG_LEVEL: "debug", HOST: "0.0.0.0", TRUST_PROXY: "0.0.0.0/0" };
  expect(findingsOf({ variables }).map(({ severity }) => severity)).toEqual(["error", "warning", "notice"]);
});

describe("AUDIT_IGNORE", () => {
  test("takes findings out of the report and names them, several as well", () => {
    const report = reportOf({
      variables: { REQUIRE_ORIGIN: "false", LOG_LEVEL: "debug", AUDIT_IGNORE: "origin-not-required, log-debug" },
    });
    expect(report.findings).toEqual([]);
    expect(report.ignored.map(({ id }) => id)).toEqual(["origin-not-required", "log-debug"]);
  });

  test("does not hide the gravest, nor what nobody finds, and says so", () => {
    const variables = { TRUST_PROXY: "0.0.0.0/0", AUDIT_IGNORE: "proxy-trusts-everyone,no-such-thing" };
    const { findings, ignored } = reportOf({ variables });
    expect(ignored).toEqual([]);
    expect(findings.map(({ id }) => id)).toEqual(["proxy-trusts-everyone", "ignore-in-vain", "ignore-in-vain"]);
  });
});

test("a development server is told of slips and of what is wrong there as well, and of nothing else", () => {
  const environment = readEnvironment({
    PUBLIC_URL: "http://dev.example.com",
    LEASE_SECOND: "4",
    REDIS_URL: "redis://localhost",
    REQUIRE_ORIGIN: "false",
  });
  const findings = auditDevelopment({ environment, facts: { database: null, bus: null, amongPages: [] } });
  expect(findings.map(({ id }) => id)).toEqual(["variable-unknown", "development-in-public", "bus-without-replicas"]);
});

function idsOf(each: Case): string[] {
  return findingsOf(each).map(({ id }) => id);
}

function findingsOf(each: Case) {
  return reportOf(each).findings;
}

function reportOf({ variables, database, facts }: Case) {
  const environment = readEnvironment({ ...sound, ...variables });
  return auditServer({
    environment,
    facts: { database: { ...opened, ...database }, bus: null, amongPages: [], ...facts },
  });
}
