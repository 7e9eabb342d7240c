import { expect, test } from "vitest";

import { defaultSettings } from "@countersign/contract";

import { readEnvironment } from "./env.ts";

test("an empty environment is a development server on SQLite with all defaults", () => {
  const env = readEnvironment({});
  expect(env).toMatchObject({ isProduction: false, port: 3000, databaseUrl: "sqlite:./data/countersign.db" });
  expect(env.settings).toEqual(defaultSettings);
  expect(env.allowedOrigins).toEqual([
    "http://localhost:5173",
    "http://127.0.0.1:5173",
    "http://localhost:3000",
    "http://127.0.0.1:3000",
  ]);
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
  expect(readEnvironment(production)).toMatchObject({ allowedOrigins: ["https://app.example.com"], warnings: [] });
  expect(readEnvironment({ ...production, ALLOWED_ORIGINS: "https://a.example, https://b.example" })).toMatchObject({
    allowedOrigins: ["https://a.example", "https://b.example"],
  });
});

test("plain http is accepted on this machine with a warning, and refused elsewhere in production", () => {
  expect(readEnvironment({ NODE_ENV: "production", MAIL: "off" }).warnings).toHaveLength(1);
  const loopback = { NODE_ENV: "production", PUBLIC_URL: "http://127.0.0.1:3000", MAIL: "off" };
  expect(readEnvironment(loopback).warnings).toHaveLength(1);
  expect(() => readEnvironment({ NODE_ENV: "production", PUBLIC_URL: "http://app.example.com" })).toThrow("PUBLIC_URL");
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
    ["ALLOWED_ORIGINS", ",", /at least one/],
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

test("all wrong variables are told at once", () => {
  expect(() => readEnvironment({ PORT: "x", SIGN_UP: "x" })).toThrow(/PORT[\s\S]*SIGN_UP|SIGN_UP[\s\S]*PORT/);
});

test("an empty variable is one that is not set", () => {
  expect(readEnvironment({ PORT: "", PUBLIC_URL: "", SESSION_IDLE_SECONDS: "" }).port).toBe(3000);
});

test("mails are printed in development, and in production only when asked: their links open accounts", () => {
  const production = { NODE_ENV: "production", PUBLIC_URL: "https://app.example.com" };

  expect(readEnvironment({}).mail).toEqual({ kind: "console" });
  expect(readEnvironment(production)).toMatchObject({
    mail: { kind: "off" },
    warnings: [expect.stringContaining("SMTP_URL is not set")],
  });
  expect(readEnvironment({ ...production, MAIL: "off" })).toMatchObject({ mail: { kind: "off" }, warnings: [] });
  expect(readEnvironment({ ...production, MAIL: "console" })).toMatchObject({
    mail: { kind: "console" },
    warnings: [expect.stringContaining("links")],
  });
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
  expect(readEnvironment({ DATABASE_URL, REDIS_URL })).toMatchObject({
    bus: { kind: "redis", url: REDIS_URL },
    warnings: [],
  });
  expect(readEnvironment({ DATABASE_URL, REDIS_URL, BUS: "postgres" }).bus).toMatchObject({ kind: "postgres" });
});

test("a bus that cannot be, or does not reach everybody, is told", () => {
  const DATABASE_URL = "postgres://app:hidden@db.example.com/app";
  const production = { NODE_ENV: "production", PUBLIC_URL: "https://app.example.com", MAIL: "off" };

  expect(() => readEnvironment({ BUS: "redis" })).toThrow(/^REDIS_URL: /);
  expect(() => readEnvironment({ BUS: "postgres" })).toThrow(/^BUS: .*DATABASE_URL/);
  expect(readEnvironment({ ...production, DATABASE_URL, BUS: "memory" }).warnings).toEqual([
    expect.stringMatching(/^BUS=memory is for one server/),
  ]);
  expect(readEnvironment({ REDIS_URL: "redis://localhost" }).warnings).toEqual([expect.stringContaining("SQLite")]);
});
