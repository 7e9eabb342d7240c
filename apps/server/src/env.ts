import { z } from "zod";

import { Settings } from "@countersign/contract";

const Env = Settings.extend({
  NODE_ENV: z.enum(["development", "production", "test"]).default("development"),
  PORT: z.coerce.number().int().min(0).max(65_535).default(3000),
  HOST: z.string().min(1).default("localhost"),
  PUBLIC_URL: z.url({ protocol: /^https?$/ }).optional(),
  ALLOWED_ORIGINS: z.string().optional(),
  DATABASE_URL: z.string().min(1).default("sqlite:./data/countersign.db"),
  TRUST_PROXY: z.string().default(""),
  LOG_LEVEL: z.enum(["debug", "info", "warn", "error", "silent"]).optional(),
});

export interface Environment {
  readonly isProduction: boolean;
  readonly port: number;
  readonly host: string;
  readonly publicUrl: string;
  readonly allowedOrigins: readonly string[];
  readonly databaseUrl: string;
  readonly trustProxy: string;
  readonly logLevel: string;
  readonly settings: Settings;
  /** What is accepted but should be looked at. */
  readonly warnings: readonly string[];
}

/** Where Vite serves the app's pages in development. */
const developmentUrl = "http://localhost:5173";

/**
 * The one reader of the environment.
 *
 * @throws with one line for each variable that is wrong: its name, what is wrong, and what to write.
 */
export function readEnvironment(variables: Readonly<Record<string, string | undefined>> = process.env): Environment {
  // An empty variable is one that is not set: that is how compose files and CI systems write it.
  const given = Object.fromEntries(Object.entries(variables).filter(([, value]) => value !== ""));
  const parsed = Env.safeParse(given);
  if (!parsed.success) {
    throw new Error(parsed.error.issues.map((issue) => `${issue.path.join(".")}: ${issue.message}`).join("\n"));
  }
  const env = parsed.data;
  const isProduction = env.NODE_ENV === "production";
  const publicUrl = env.PUBLIC_URL ?? (isProduction ? `http://localhost:${env.PORT}` : developmentUrl);

  return {
    isProduction,
    port: env.PORT,
    host: env.HOST,
    publicUrl,
    allowedOrigins: env.ALLOWED_ORIGINS
      ? splitList(env.ALLOWED_ORIGINS)
      : defaultOrigins(publicUrl, isProduction, env.PORT),
    databaseUrl: env.DATABASE_URL,
    trustProxy: env.TRUST_PROXY,
    logLevel: env.LOG_LEVEL ?? (isProduction ? "info" : "warn"),
    settings: Settings.parse(given),
    warnings: checkPublicUrl(publicUrl, isProduction),
  };
}

function defaultOrigins(publicUrl: string, isProduction: boolean, port: number): string[] {
  const origin = new URL(publicUrl).origin;
  return isProduction ? [origin] : [...new Set([origin, developmentUrl, `http://localhost:${port}`])];
}

function checkPublicUrl(publicUrl: string, isProduction: boolean): string[] {
  const { hostname, pathname, protocol } = new URL(publicUrl);
  if (pathname !== "/") throw new Error(`PUBLIC_URL: "${publicUrl}" has a path. Write scheme, host and port only.`);
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
