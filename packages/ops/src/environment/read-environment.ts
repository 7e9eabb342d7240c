import { dirname, join } from "node:path";

import { z } from "zod";

import { Settings } from "@countersign/contract";

import { type BusChoice, busVariables, chooseBus } from "./bus-choice.ts";
import { type ComparedVariables, findContradictions } from "./contradictions.ts";
import { type EnvironmentFault, WrongEnvironment } from "./environment-fault.ts";
import { chooseMail, type MailDelivery, mailVariables } from "./mail-delivery.ts";
import { chooseMetrics, type MetricsChoice, metricsVariables } from "./metrics-choice.ts";
import { findNearMisses, type NearMiss } from "./near-misses.ts";
import {
  chooseOidc,
  namesOfProviders,
  type OidcChoice,
  oidcVariables,
  prefixOf,
  providerVariables,
} from "./oidc-choice.ts";
import { readSecretFiles, secretVariables } from "./secret-files.ts";
import { siteVariables } from "./site-variables.ts";

/** Every variable of a server, checked. */
export interface Environment<Own = unknown> {
  readonly isProduction: boolean;
  readonly port: number;
  readonly host: string;
  readonly publicUrl: string;
  readonly allowedOrigins: readonly string[];
  readonly databaseUrl: string;
  readonly uploadFolder: string;
  readonly trustProxy: string;
  readonly logLevel: "debug" | "info" | "warn" | "error" | "silent";
  readonly bus: BusChoice;
  readonly mail: MailDelivery;
  readonly oidc: OidcChoice;
  /** Null: nothing is measured. */
  readonly metrics: MetricsChoice | null;
  readonly settings: Settings;
  /** Ids of the audit's findings that are accepted on purpose. */
  readonly auditIgnore: readonly string[];
  /** What the application reads besides. */
  readonly own: Own;
  /** The names of the server's variables that are set. */
  readonly written: ReadonlySet<string>;
  /** Variables that are set and read by nobody, though their name is nearly one that is. */
  readonly nearMisses: readonly NearMiss[];
}

/** Every variable that a server reads, with its meaning: what `docs/settings.md` is made from. */
export const environmentVariables = {
  ...siteVariables,
  ...busVariables,
  ...mailVariables,
  ...metricsVariables,
  ...oidcVariables,
  ...Settings.shape,
};

type Variables = z.infer<z.ZodObject<typeof environmentVariables>>;

/** Where Vite serves the app's pages in development. */
const developmentUrl = "http://localhost:5173";

/** In development a change of the code should show at once. */
const developmentDefaults = { DRAIN_SETTLE_SECONDS: "0", DRAIN_SECONDS: "0" };

/**
 * Makes one checked object of a server's variables. An empty variable is one that is not set: that is how compose files and
 * CI systems write it. `own` are the application's variables besides; its values come back as `own`.
 *
 * @throws WrongEnvironment with everything that is wrong: the variables' names and what to write. Values are not repeated.
 */
export function readEnvironment<Own extends z.ZodRawShape = z.ZodRawShape>(
  variables: Readonly<Record<string, string | undefined>>,
  own?: Own,
): Environment<z.infer<z.ZodObject<Own>>> {
  const { values: given, faults } = readSecretFiles(withoutUnset(variables), secretsOfProviders(variables));
  const withDefaults = given["NODE_ENV"] === "production" ? given : { ...developmentDefaults, ...given };
  const { values, wrong } = parseEach({ ...environmentVariables, ...own }, withDefaults);
  const written = new Set(Object.keys(given).filter((name) => name in environmentVariables));
  const unsound = new Set(wrong.map(({ variable }) => variable));
  const keys = unsound.has("OIDC_KEYS") ? [] : (values as Variables).OIDC_KEYS;
  const oidc = chooseOidc(given, { keys: keys ?? [], isProduction: given["NODE_ENV"] === "production" });
  const contradictions = findContradictions(values as ComparedVariables, written, unsound);
  const all = [...faults, ...wrong, ...contradictions, ...oidc.faults];
  if (all.length > 0) throw new WrongEnvironment(all);

  const ownValues = Object.fromEntries(Object.keys(own ?? {}).map((name) => [name, values[name]]));
  // Each value has come through its own schema.
  return {
    ...combine(values as Variables),
    oidc: oidc.choice,
    own: ownValues as z.infer<z.ZodObject<Own>>,
    written,
    nearMisses: nearMissesOf(variables, own),
  };
}

function withoutUnset(variables: Readonly<Record<string, string | undefined>>): Record<string, string> {
  const isSet = ([name, value]: [string, string | undefined]) =>
    value !== undefined &&
    value !== "" &&
    // The path of a mailbox, as login programs set it (POSIX): not ours.
    !(name === "MAIL" && value.startsWith("/"));
  return Object.fromEntries(Object.entries(variables).filter((entry): entry is [string, string] => isSet(entry)));
}

/** One by one, so that what is right can be compared though something else is wrong. */
function parseEach(
  schemas: Readonly<Record<string, z.core.$ZodType>>,
  given: Readonly<Record<string, string>>,
): { readonly values: Readonly<Record<string, unknown>>; readonly wrong: readonly EnvironmentFault[] } {
  const values: Record<string, unknown> = {};
  const wrong: EnvironmentFault[] = [];
  for (const [variable, schema] of Object.entries(schemas)) {
    const parsed = z.safeParse(schema, given[variable]);
    if (parsed.success) values[variable] = parsed.data;
    else wrong.push({ variable, message: parsed.error.issues[0]?.message ?? "The value is wrong." });
  }
  return { values, wrong };
}

function combine(values: Variables): Omit<Environment, "oidc" | "own" | "written" | "nearMisses"> {
  const { NODE_ENV, PORT, HOST, PUBLIC_URL, ALLOWED_ORIGINS, DATABASE_URL, TRUST_PROXY, LOG_LEVEL, ...rest } = values;
  const { METRICS_PORT, METRICS_HOST, METRICS_TOKEN, ...others } = rest;
  const { OIDC_PROVIDERS: _named, OIDC_KEYS: _keys, ...unnamed } = others;
  const { UPLOAD_FOLDER, AUDIT_IGNORE, SMTP_URL, MAIL_FROM, MAIL, REDIS_URL, BUS, ...settings } = unnamed;
  const isProduction = NODE_ENV === "production";
  const publicUrl = PUBLIC_URL ?? (isProduction ? `http://localhost:${PORT}` : developmentUrl);
  const isMailNeeded = settings.EMAIL_VERIFICATION === "required";
  const mail = chooseMail({ SMTP_URL, MAIL_FROM, MAIL }, { isProduction, publicUrl, isMailNeeded });
  const bus = chooseBus({ REDIS_URL, BUS }, DATABASE_URL);
  if ("variable" in mail || "variable" in bus) {
    throw new WrongEnvironment([mail, bus].filter((choice) => "variable" in choice));
  }
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
    bus,
    mail,
    metrics: chooseMetrics({ METRICS_PORT, METRICS_HOST, METRICS_TOKEN }),
    settings,
    auditIgnore: AUDIT_IGNORE,
  };
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
  return file === undefined ? "./data/files" : join(dirname(file), "files");
}

function nearMissesOf(variables: Readonly<Record<string, string | undefined>>, own: object = {}): readonly NearMiss[] {
  const given = withoutUnset(variables);
  const known = Object.keys({ ...environmentVariables, ...own });
  const ofProviders = namesOfProviders(given).flatMap((name) =>
    Object.keys(providerVariables).map((part) => `${prefixOf(name)}_${part}`),
  );
  const files = [...secretVariables, ...secretsOfProviders(variables)].map((name) => `${name}_FILE`);
  return findNearMisses(Object.keys(given), [...known, ...ofProviders, ...files]);
}

function secretsOfProviders(variables: Readonly<Record<string, string | undefined>>): readonly string[] {
  return namesOfProviders(withoutUnset(variables)).map((name) => `${prefixOf(name)}_CLIENT_SECRET`);
}
