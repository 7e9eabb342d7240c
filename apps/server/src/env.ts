import { dirname, join } from "node:path";

import { z } from "zod";

import { Settings } from "@countersign/contract";

import { type BusChoice, busVariables, chooseBus } from "./bus-env.ts";
import { chooseMail, type MailDelivery, mailVariables } from "./mail-env.ts";

const Env = Settings.extend({
  NODE_ENV: z
    .enum(["development", "production", "test"], 'Write "production", "development" or "test".')
    .default("development"),
  PORT: z
    .string()
    .regex(/^\d{1,5}$/, "Write a port from 0 to 65535.")
    .transform(Number)
    .pipe(z.int().max(65_535, "Write a port from 0 to 65535."))
    .default(3000),
  HOST: z
    .string()
    .regex(/^[\w.:-]+$/, "Write a host name or an address, without brackets.")
    .default("localhost"),
  PUBLIC_URL: z
    .string()
    .refine(isSiteUrl, "Write scheme, host and port only, as in https://app.example.com.")
    .optional(),
  ALLOWED_ORIGINS: z
    .string()
    .transform(splitList)
    .pipe(z.array(z.string()).min(1, "Name at least one origin, or leave the variable out."))
    .optional(),
  DATABASE_URL: z.string().default("sqlite:./data/countersign.db"),
  /** Where files are kept; replicas share it. Without it: beside the SQLite database, or ./data/files. */
  UPLOAD_FOLDER: z.string().optional(),
  TRUST_PROXY: z.string().default(""),
  ...busVariables,
  ...mailVariables,
  LOG_LEVEL: z
    .enum(["debug", "info", "warn", "error", "silent"], "Write debug, info, warn, error or silent.")
    .optional(),
});

export interface Environment {
  readonly isProduction: boolean;
  readonly port: number;
  readonly host: string;
  readonly publicUrl: string;
  readonly allowedOrigins: readonly string[];
  readonly databaseUrl: string;
  readonly uploadFolder: string;
  readonly trustProxy: string;
  readonly logLevel: string;
  readonly bus: BusChoice;
  readonly mail: MailDelivery;
  readonly settings: Settings;
  /** What is accepted but should be looked at. */
  readonly warnings: readonly string[];
}

/** Where Vite serves the app's pages in development. */
const developmentUrl = "http://localhost:5173";

/**
 * The one reader of the environment.
 *
 * @throws with one line for each variable that is wrong: its name, and what to write. Values are not repeated: some are secret.
 */
export function readEnvironment(variables: Readonly<Record<string, string | undefined>> = process.env): Environment {
  // An empty variable is one that is not set: that is how compose files and CI systems write it.
  const given = Object.fromEntries(Object.entries(variables).filter(([, value]) => value !== ""));
  // A change of the code should show at once.
  const stopsAtOnce = given["NODE_ENV"] === "production" ? {} : { DRAIN_SETTLE_SECONDS: "0", DRAIN_SECONDS: "0" };
  const parsed = Env.safeParse({ ...stopsAtOnce, ...given });
  if (!parsed.success) {
    throw new Error(parsed.error.issues.map((issue) => `${issue.path.join(".")}: ${issue.message}`).join("\n"));
  }
  const { NODE_ENV, PORT, HOST, PUBLIC_URL, ALLOWED_ORIGINS, DATABASE_URL, TRUST_PROXY, LOG_LEVEL, ...rest } =
    parsed.data;
  const { UPLOAD_FOLDER, SMTP_URL, MAIL_FROM, MAIL, REDIS_URL, BUS, ...settings } = rest;
  const isProduction = NODE_ENV === "production";
  const publicUrl = PUBLIC_URL ?? (isProduction ? `http://localhost:${PORT}` : developmentUrl);
  const isMailNeeded = settings.EMAIL_VERIFICATION === "required";
  const delivery = chooseMail({ SMTP_URL, MAIL_FROM, MAIL }, { isProduction, publicUrl, isMailNeeded });
  const choice = chooseBus({ REDIS_URL, BUS }, { isProduction, databaseUrl: DATABASE_URL });

  return {
    isProduction,
    port: PORT,
    host: HOST,
    publicUrl,
    allowedOrigins: ALLOWED_ORIGINS ?? defaultOrigins(publicUrl, isProduction, PORT),
    databaseUrl: DATABASE_URL,
    uploadFolder: UPLOAD_FOLDER ?? defaultUploadFolder(DATABASE_URL),
    trustProxy: TRUST_PROXY,
    logLevel: LOG_LEVEL ?? (isProduction ? "info" : "warn"),
    bus: choice.bus,
    mail: delivery.mail,
    settings,
    warnings: [...checkPublicUrl(publicUrl, isProduction), ...choice.warnings, ...delivery.warnings],
  };
}

function isSiteUrl(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const url = new URL(text);
  return /^https?:$/.test(url.protocol) && (text === url.origin || text === `${url.origin}/`);
}

function defaultOrigins(publicUrl: string, isProduction: boolean, port: number): string[] {
  const origin = new URL(publicUrl).origin;
  if (isProduction) return [origin];
  const origins = [origin, developmentUrl, `http://localhost:${port}`];
  // People type either name of their machine.
  return [...new Set(origins.flatMap((one) => [one, one.replace("://localhost:", "://127.0.0.1:")]))];
}

/** Whoever backs up the one or moves it finds the other beside it. */
function defaultUploadFolder(databaseUrl: string): string {
  const [, file] = /^sqlite:(?!:memory:)(.+)$/.exec(databaseUrl) ?? [];
  return file === undefined ? "./data/files" : join(dirname(file.split("?", 1)[0] ?? ""), "files");
}

function checkPublicUrl(publicUrl: string, isProduction: boolean): string[] {
  const { hostname, protocol } = new URL(publicUrl);
  if (!isProduction || protocol === "https:") return [];

  const isLoopback =
    hostname === "localhost" || hostname.endsWith(".localhost") || /^(?:127\.|\[::1\]$)/.test(hostname);
  if (!isLoopback) {
    throw new Error(
      `PUBLIC_URL: "${publicUrl}" is not https. Cookies would travel in the clear; put TLS before it and write https://…`,
    );
  }
  return [
    `PUBLIC_URL is ${publicUrl}: fine on this machine, but sign-in over plain http must not be reachable from elsewhere.`,
  ];
}

function splitList(text: string): string[] {
  return text
    .split(",")
    .map((part) => part.trim())
    .filter(Boolean);
}
