import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { expect, test } from "vitest";
import { z } from "zod";

import { defaultSettings } from "@countersign/contract";

import { WrongEnvironment } from "./environment-fault.ts";
import { readEnvironment } from "./read-environment.ts";

test("an empty environment is a development server on SQLite with all defaults", () => {
  const env = readEnvironment({});
  expect(env).toMatchObject({ isProduction: false, port: 3000, databaseUrl: "sqlite:./data/countersign.db" });
  expect(env.settings).toEqual({ ...defaultSettings, DRAIN_SETTLE_SECONDS: 0, DRAIN_SECONDS: 0 });
  expect(env.allowedOrigins).toEqual([
    "http://localhost:5173",
    "http://127.0.0.1:5173",
    "http://localhost:3000",
    "http://127.0.0.1:3000",
  ]);
});

test("in production sockets have time to move before the server stops; in development a change shows at once", () => {
  const { DRAIN_SECONDS } = defaultSettings;
  expect(readEnvironment({ NODE_ENV: "production" }).settings).toMatchObject({ DRAIN_SECONDS });
  expect(readEnvironment({ DRAIN_SECONDS: "3" }).settings).toMatchObject({ DRAIN_SECONDS: 3 });
});

test("files are kept beside the SQLite database, in ./data/files with another one, or where UPLOAD_FOLDER says", () => {
  expect(readEnvironment({}).uploadFolder).toBe("data/files");
  expect(readEnvironment({ DATABASE_URL: "sqlite:/var/lib/app/main.db" }).uploadFolder).toBe("/var/lib/app/files");
  expect(readEnvironment({ DATABASE_URL: "sqlite::memory:" }).uploadFolder).toBe("./data/files");
  expect(readEnvironment({ DATABASE_URL: "postgres://db/app" }).uploadFolder).toBe("./data/files");
  expect(readEnvironment({ UPLOAD_FOLDER: "/srv/files" }).uploadFolder).toBe("/srv/files");
});

test("in development the page may be opened under either name of this machine; in production only under its own", () => {
  const PUBLIC_URL = "http://localhost:8080";
  expect(readEnvironment({ PUBLIC_URL }).allowedOrigins).toContain("http://127.0.0.1:8080");
  const production = { NODE_ENV: "production", MAIL: "off", PUBLIC_URL };
  expect(readEnvironment(production).allowedOrigins).toEqual([PUBLIC_URL]);
});

test("in production only the public URL's own origin is allowed, unless origins are named", () => {
  const production = { NODE_ENV: "production", PUBLIC_URL: "https://app.example.com", MAIL: "off" };
  expect(readEnvironment(production)).toMatchObject({ allowedOrigins: ["https://app.example.com"] });
  expect(readEnvironment({ ...production, ALLOWED_ORIGINS: "https://a.example, https://b.example" })).toMatchObject({
    allowedOrigins: ["https://a.example", "https://b.example"],
  });
});

test("a wrong value is refused in one line with the variable's name and what to write, without the value", () => {
  const wrong: [string, string, RegExp][] = [
    ["PORT", "abc", /from 0 to 65535/],
    ["PORT", "70000", /from 0 to 65535/],
    ["PORT", "1e3", /from 0 to 65535/],
    ["NODE_ENV", "prod", /"production"/],
    ["HOST", "a b", /host name/],
    ["PUBLIC_URL", "app.example.com", /https:\/\/app.example.com/],
    ["PUBLIC_URL", "https://user:hidden@app.example.com", /scheme, host and port/],
    ["PUBLIC_URL", "https://app.example.com/path", /scheme, host and port/],
    ["PUBLIC_URL", "https://app.example.com/?a=1#x", /scheme, host and port/],
    ["PUBLIC_URL", "https://app.example.com.", /letters, digits, hyphens and dots/],
    ["PUBLIC_URL", "https://my_app.example.com", /letters, digits, hyphens and dots/],
    ["ALLOWED_ORIGINS", ",", /at least one/],
    ["ALLOWED_ORIGINS", "https://app.example.com,https://ann:hidden@app.example.com", /scheme, host and port/],
    ["ALLOWED_ORIGINS", "https://app.example.com/", /scheme, host and port/],
    ["ALLOWED_ORIGINS", "*", /sub-domains/],
    ["TRUST_PROXY", "true", /loopback/],
    ["TRUST_PROXY", "10.0.0.0/33", /ranges/],
    ["TRUST_PROXY", "10.0.0.0/", /ranges/],
    ["DATABASE_URL", "mysql://ann:hidden@db.example.com/app", /postgres:/],
    ["DATABASE_URL", "postgres://ann:hidden@:99999999/app", /Percent-encode/],
    ["AUDIT_IGNORE", "A B", /ids of findings/],
    ["SESSION_IDLE_SECONDS", "-1", /whole number/],
    ["SESSION_IDLE_SECONDS", "1.5", /whole number/],
    ["LEASE_SECONDS", "301", /from 1 to 300/],
    ["SIGN_UP", "maybe", /"true" or "false"/],
    ["LOG_LEVEL", "loud", /debug/],
    ["SMTP_URL", "https://mail.example.com/hidden", /smtps:/],
    ["SMTP_URL", "smtps://ann:hidden%@mail.example.com", /%25/],
    ["SMTP_URL", "smtps://ann@mail.example.com/hidden", /smtps:/],
    ["MAIL_FROM", "hello", /<hello@example.com>/],
    ["MAIL_FROM", "A <a@example.com>\nBcc: b@example.com", /<hello@example.com>/],
    ["MAIL", "yes", /"console"/],
    ["REDIS_URL", "localhost:6379/hidden", /redis:/],
    ["BUS", "kafka", /"redis"/],
  ];
  for (const [name, value, cure] of wrong) {
    const read = () => readEnvironment({ [name]: value });
    expect(read, `${name}=${value}`).toThrow(new RegExp(`^${name}: .*${cure.source}.*$`));
    expect(read, `${name}=${value}`).not.toThrow("hidden");
  }
});

test("the figures have no port of the app's own: on ::1 and 127.0.0.1 both could be opened", () => {
  expect(() => readEnvironment({ PORT: "3100", METRICS_PORT: "3100" })).toThrow(
    /^METRICS_PORT: It is the app's own PORT/,
  );
  expect(() => readEnvironment({ METRICS_PORT: "3000" })).toThrow(/^METRICS_PORT: /);
  expect(readEnvironment({ PORT: "3100", METRICS_PORT: "3101" }).metrics?.address?.port).toBe(3101);
  // Both are chosen by the system, which gives nobody another's.
  expect(readEnvironment({ PORT: "0", METRICS_PORT: "0" }).metrics?.address?.port).toBe(0);
});

test("the port is opened on an address unless told otherwise: a name may stand for ::1, where no proxy looks", () => {
  expect(readEnvironment({}).host).toBe("127.0.0.1");
  expect(readEnvironment({ HOST: "localhost" }).host).toBe("localhost");
});

test("all wrong variables are told at once", () => {
  expect(() => readEnvironment({ PORT: "x", SIGN_UP: "x" })).toThrow(/PORT[\s\S]*SIGN_UP|SIGN_UP[\s\S]*PORT/);
});

test("an empty variable is one that is not set", () => {
  expect(readEnvironment({ PORT: "", PUBLIC_URL: "", SESSION_IDLE_SECONDS: "" }).port).toBe(3000);
});

test("mails are printed in development, and in production only when asked: their links open accounts", () => {
  const production = { NODE_ENV: "production", PUBLIC_URL: "https://app.example.com" };

  expect(readEnvironment({}).mail).toEqual({ kind: "console" });
  expect(readEnvironment(production).mail).toEqual({ kind: "off" });
  expect(readEnvironment({ ...production, MAIL: "off" }).mail).toEqual({ kind: "off" });
  expect(readEnvironment({ ...production, MAIL: "console" }).mail).toEqual({ kind: "console" });
});

test("with a mail server mails are sent, from an address of the site unless another is named", () => {
  const given = { PUBLIC_URL: "https://app.example.com", SMTP_URL: "smtps://ann:p%40ss@mail.example.com" };

  expect(readEnvironment(given).mail).toEqual({
    kind: "smtp",
    server: {
      host: "mail.example.com",
      port: 465,
      isSecure: true,
      isTlsRequired: false,
      user: "ann",
      password: "p@ss",
    },
    from: "no-reply@app.example.com",
  });
  const from = "Example <hello@example.com>";
  expect(readEnvironment({ ...given, MAIL_FROM: from }).mail).toMatchObject({ from });
  expect(readEnvironment({ ...given, MAIL: "console" }).mail).toEqual({ kind: "console" });
});

test("a site that cannot send the mails it needs does not start", () => {
  const production = { NODE_ENV: "production", PUBLIC_URL: "https://app.example.com" };

  expect(() => readEnvironment({ MAIL: "smtp" })).toThrow(/^SMTP_URL: /);
  expect(() => readEnvironment({ ...production, EMAIL_VERIFICATION: "required" })).toThrow(/^SMTP_URL: /);
  expect(readEnvironment({ ...production, EMAIL_VERIFICATION: "optional" }).mail).toEqual({ kind: "off" });
});

test("servers tell each other by Redis where it is named, else by PostgreSQL, and SQLite's one server tells itself", () => {
  const DATABASE_URL = "postgres://app:hidden@db.example.com/app";
  const REDIS_URL = "redis://cache.example.com:6379";

  expect(readEnvironment({}).bus).toEqual({ kind: "memory" });
  expect(readEnvironment({ DATABASE_URL }).bus).toEqual({ kind: "postgres", url: DATABASE_URL });
  expect(readEnvironment({ DATABASE_URL, REDIS_URL }).bus).toEqual({ kind: "redis", url: REDIS_URL });
  expect(readEnvironment({ DATABASE_URL, REDIS_URL, BUS: "postgres" }).bus).toMatchObject({ kind: "postgres" });
});

test("a bus that cannot be is refused", () => {
  expect(() => readEnvironment({ BUS: "redis" })).toThrow(/^REDIS_URL: /);
  expect(() => readEnvironment({ BUS: "postgres" })).toThrow(/^BUS: .*DATABASE_URL/);
});

test("what contradicts another setting is refused when it was written, and a default gives way", () => {
  const wrong: Record<string, string>[] = [
    { SESSION_IDLE_SECONDS: "7200", SESSION_ABSOLUTE_SECONDS: "7199" },
    { SESSION_FRESH_SECONDS: "7200", SESSION_ABSOLUTE_SECONDS: "7200" },
    { EXTERNAL_POLL_MS: "2001", LEASE_SECONDS: "2" },
    { PONG_SECONDS: "11", PING_SECONDS: "10" },
    { UPGRADE_SECONDS: "11", REQUEST_SECONDS: "10" },
    { MAX_CONNECTIONS_PER_SESSION: "11", MAX_CONNECTIONS_PER_USER: "10" },
    { CALLS_BURST: "99", CALLS_PER_SECOND: "100" },
    { MAX_UPLOAD_BYTES: "1001", UPLOAD_BYTES_PER_USER: "1000" },
    { MAX_UPLOAD_BYTES: "1001", UPLOAD_BYTES_PER_PROJECT: "1000" },
  ];
  for (const variables of wrong) {
    const [blamed = "", other = ""] = Object.keys(variables);
    expect(() => readEnvironment(variables), blamed).toThrow(new RegExp(`^${blamed}: .*${other}.*$`));
    expect(() => readEnvironment({ [other]: variables[other] }), other).not.toThrow();
  }
  const right: Record<string, string>[] = [
    { SESSION_IDLE_SECONDS: "7200", SESSION_ABSOLUTE_SECONDS: "7200" },
    { SESSION_FRESH_SECONDS: "7199", SESSION_ABSOLUTE_SECONDS: "7200" },
    { EXTERNAL_POLL_MS: "2000", LEASE_SECONDS: "2" },
    { PONG_SECONDS: "10", PING_SECONDS: "10" },
    { UPGRADE_SECONDS: "10", REQUEST_SECONDS: "10" },
    { MAX_CONNECTIONS_PER_SESSION: "10", MAX_CONNECTIONS_PER_USER: "10" },
    { CALLS_BURST: "100", CALLS_PER_SECOND: "100" },
    { MAX_UPLOAD_BYTES: "1000", UPLOAD_BYTES_PER_USER: "1000", UPLOAD_BYTES_PER_PROJECT: "1000" },
  ];
  for (const variables of right) expect(() => readEnvironment(variables)).not.toThrow();
});

test("contradictions are told together with what is wrong by itself, unless they rest on it", () => {
  const contradicting = { PORT: "x", PONG_SECONDS: "11", PING_SECONDS: "10" };
  expect(() => readEnvironment(contradicting)).toThrow(/PORT: .*\nPONG_SECONDS: /);
  expect(() => readEnvironment({ ...contradicting, PING_SECONDS: "x" })).toThrow(/PORT: .*\nPING_SECONDS: [^\n]*$/);
});

test("a variable with nearly the name of a known one is told, and other programs' variables are not", () => {
  const meant = (name: string) => readEnvironment({ [name]: "1" }).nearMisses.map((miss) => miss.meant);

  expect(meant("SESION_IDLE_SECONDS")).toEqual(["SESSION_IDLE_SECONDS"]);
  expect(meant("MAX_BODY_BYTE")).toEqual(["MAX_BODY_BYTES"]);
  expect(meant("LAESE_SECONDS")).toEqual(["LEASE_SECONDS"]);
  expect(meant("LEASE_SECOMDS")).toEqual(["LEASE_SECONDS"]);
  expect(meant("PUBLICURL")).toEqual(["PUBLIC_URL"]);
  expect(meant("public_url")).toEqual(["PUBLIC_URL"]);
  expect(meant("IDLE_SESSION_SECONDS")).toEqual(["SESSION_IDLE_SECONDS"]);
  expect(meant("DATABASE_URI")).toEqual(["DATABASE_URL"]);
  expect(meant("DATABASE_URL_FIEL")).toEqual(["DATABASE_URL_FILE"]);
  const others = [
    "PATH",
    "HOME",
    "HOSTNAME",
    "USER",
    "POST",
    "PORTS",
    "TERM",
    "LANG",
    "PWD",
    "NODE_OPTIONS",
    "LOGNAME",
  ];
  for (const name of [...others, "KUBERNETES_SERVICE_HOST", "PGPASSWORD", "XDG_RUNTIME_DIR", "npm_config_user_agent"]) {
    expect(meant(name), name).toEqual([]);
  }
  expect(readEnvironment({ LEASE_SECONDS: "4" }).nearMisses).toEqual([]);
});

test("a secret can come from a file, whose last new line is none of it", () => {
  using folder = makeFolder();
  const file = folder.write("database", "postgres://app:hidden@db/app\n");
  const redis = folder.write("redis", "rediss://:hidden@cache:6379");
  const env = readEnvironment({ DATABASE_URL_FILE: file, REDIS_URL_FILE: redis });

  expect(env.databaseUrl).toBe("postgres://app:hidden@db/app");
  expect(env.bus).toEqual({ kind: "redis", url: "rediss://:hidden@cache:6379" });
  expect(env.written).toEqual(new Set(["DATABASE_URL", "REDIS_URL"]));
});

test("a secret's file that cannot be, or is beside the variable itself, is refused without what it holds", () => {
  using folder = makeFolder();
  const wrong: [Record<string, string>, RegExp][] = [
    [{ DATABASE_URL_FILE: join(folder.path, "hidden") }, /^DATABASE_URL_FILE: .*ENOENT/],
    [{ DATABASE_URL_FILE: folder.path }, /^DATABASE_URL_FILE: .*EISDIR/],
    [{ REDIS_URL_FILE: folder.write("empty", "\n") }, /^REDIS_URL_FILE: .*empty/],
    [{ SMTP_URL_FILE: folder.write("two", "smtps://hidden\nhidden") }, /^SMTP_URL_FILE: .*one line/],
    [{ SMTP_URL_FILE: folder.write("bad", "hidden") }, /^SMTP_URL: /],
    [
      { REDIS_URL_FILE: folder.write("good", "redis://a"), REDIS_URL: "redis://hidden" },
      /^REDIS_URL_FILE: REDIS_URL is set/,
    ],
  ];
  for (const [variables, cure] of wrong) {
    expect(() => readEnvironment(variables)).toThrow(cure);
    expect(() => readEnvironment(variables)).not.toThrow("hidden");
  }
});

test("the mailbox that login programs name is not ours", () => {
  expect(readEnvironment({ MAIL: "/var/mail/ann" })).toMatchObject({ mail: { kind: "console" } });
  expect(readEnvironment({ MAIL: "/var/mail/ann" }).written).toEqual(new Set());
});

test("an application's own variables are read and checked with the rest", () => {
  const own = { GREETING: z.string().max(5, "Write at most 5 letters.").default("hello") };

  expect(readEnvironment({}, own).own).toEqual({ GREETING: "hello" });
  expect(readEnvironment({ GREETING: "hi" }, own).own.GREETING).toBe("hi");
  expect(readEnvironment({ GREETINGS: "hi" }, own).nearMisses).toEqual([{ written: "GREETINGS", meant: "GREETING" }]);
  expect(() => readEnvironment({ GREETING: "welcome", PORT: "x" }, own)).toThrow(/PORT: .*\nGREETING: Write at most 5/);
});

test("what is wrong is also told as data", () => {
  const read = () => readEnvironment({ PORT: "x" });
  expect(read).toThrow(WrongEnvironment);
  expect(read).toThrow(
    expect.objectContaining({ faults: [{ variable: "PORT", message: "Write a port from 0 to 65535." }] }),
  );
});

function makeFolder() {
  const path = mkdtempSync(join(tmpdir(), "countersign-secrets-"));
  return {
    path,
    write(name: string, text: string): string {
      writeFileSync(join(path, name), text);
      return join(path, name);
    },
    [Symbol.dispose]: () => rmSync(path, { recursive: true }),
  };
}
