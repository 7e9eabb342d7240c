import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";

import { type Logger, pino } from "pino";

import { appRouter, fileColumns, migrations, permissions, tables } from "@app/api";
import { createAuth } from "@countersign/auth";
import { coreMigrations, openDatabase } from "@countersign/db";
import type { Environment } from "@countersign/ops";
import { createApp, createFolderStore } from "@countersign/rpc";

import { auditAtStart } from "./audit-at-start.ts";
import { createMailer } from "./create-mailer.ts";
import { createDemoUsers } from "./demo-users.ts";
import { readServerEnvironment } from "./env.ts";
import { openBus } from "./open-bus.ts";
import { openMetrics } from "./open-metrics.ts";
import { prepareUploadFolder } from "./upload-folder.ts";

/** Calls that have begun when the server is to stop: longer than any statement may take. */
const finishMs = 8000;
/** For all that comes after: what is written late, the bus, the database. */
const lastStepsMs = 8000;

/** Starts the server and returns when it has been asked to stop and has stopped. */
export async function runServer(): Promise<void> {
  const listenNoMore = endWhileStarting();
  const env = readServerEnvironment();
  const log = pino({
    level: env.logLevel,
    redact: ["*.password", "*.token", "headers.cookie", "headers.authorization"],
  });
  // First of all: a server that is not to start leaves everything as it was.
  await auditAtStart(env, { migrations: [migrations], log });
  const webFolder = env.isProduction ? requireWebFolder() : null;
  await prepareUploadFolder(env.uploadFolder);

  const db = await openDatabase(env.databaseUrl, {
    tables,
    migrations: [coreMigrations, migrations],
    mustBeReady: env.settings.MIGRATE === "check",
    onDiskFailure: (err) => endAfterDiskFailure(err, log),
  }).catch(
    // The reason of it, and no more: the url may hold a password.
    (error: unknown) => Promise.reject(new Error(`DATABASE_URL: ${messageOf(error)}`, { cause: error })),
  );
  const bus = openBus(env.bus, log);
  const onError = (err: unknown) => log.error({ err }, "A write in the background failed");
  const onWarning = (message: string) => log.warn(message);
  const { publicUrl, allowedOrigins, trustProxy, settings } = env;
  const mailer = createMailer(env.mail, log);
  const measuring = await openMetrics(env.metrics);
  const auth = createAuth({ db, bus, settings, permissions, mailer, publicUrl, oidc: env.oidc, onError, onWarning });
  const app = createApp({
    router: appRouter,
    db,
    bus,
    auth,
    settings,
    log,
    publicUrl,
    allowedOrigins,
    trustProxy,
    checkHost: env.isProduction,
    permissions,
    webFolder,
    metrics: measuring.metrics,
    metricsToken: measuring.token,
    files: { store: createFolderStore(env.uploadFolder), namedBy: fileColumns },
  });

  if (!env.isProduction) await createDemoUsers(db, auth, { bus, settings });
  const port = await app
    .listen(env)
    .catch((error: unknown) =>
      Promise.reject(new Error(`HOST ${env.host}, PORT ${env.port}: ${messageOf(error)}`, { cause: error })),
    );
  process.stdout.write(env.isProduction ? `Countersign is ready on ${publicUrl}\n` : describeDevelopment(env, port));

  const asked = askedToStop();
  listenNoMore();
  await asked;
  const times = {
    settleMs: settings.DRAIN_SETTLE_SECONDS * 1000,
    drainMs: settings.DRAIN_SECONDS * 1000,
    finishMs: finishMs,
  };
  endInAnyCase(times.settleMs + times.drainMs + finishMs + lastStepsMs, log);
  await app.close(times);
  await mailer.close?.();
  await measuring.close();
  await bus.close();
  await db.close();
}

/**
 * Nobody knows what is on the disk once it refused what was written, and nobody reads what is in a file that was replaced: the
 * process ends, and whoever starts it again starts it from what the disk has. Calls that wait are told so before. The exit code is
 * EX_IOERR of sysexits.h.
 */
function endAfterDiskFailure(err: Error, log: Logger): void {
  log.fatal({ err }, "The disk does not keep what is written. The server ends, to be started again");
  setTimeout(() => process.exit(74), 250);
}

/** A store that hangs must not keep the process: whoever replaces it would kill it in the middle of something. */
function endInAnyCase(afterMs: number, log: Logger): void {
  setTimeout(() => {
    log.error({ afterMs }, "The server could not close everything in time and ends without");
    process.exit(1);
  }, afterMs).unref();
}

/** What a person opens comes first: this server has no pages then, Vite serves them. */
function describeDevelopment({ host, publicUrl }: Environment, port: number): string {
  return `Open ${publicUrl}: its calls are answered by this server, which is ready on http://${host}:${port}\n`;
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

const signals = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

/**
 * Until it is ready nobody works with it, and what a start changes is changed whole: so it ends at once. Left to the system, the
 * signal would be lost where this is the first process of a container, and the server that it was for would be killed later, with
 * people on it. Returns the way to stop.
 */
function endWhileStarting(): () => void {
  // As asked: it is no failure.
  const end = () => process.exit(0);
  for (const signal of signals) process.on(signal, end);
  return () => {
    for (const signal of signals) process.off(signal, end);
  };
}

/**
 * The first signal drains; a second one ends the process at once. A terminal that is closed (SIGHUP) drains as well, and forces
 * nothing: shell and system may both tell it.
 */
function askedToStop(): Promise<void> {
  return new Promise((resolve) => {
    let isAsked = false;
    const onSignal = (signal: NodeJS.Signals) => {
      if (isAsked && signal !== "SIGHUP") process.exit(130);
      isAsked = true;
      resolve();
    };
    for (const signal of signals) process.on(signal, onSignal);
  });
}

function requireWebFolder(): string {
  const folder = fileURLToPath(new URL("../../web/dist", import.meta.url));
  if (!existsSync(folder)) throw new Error("The web app is not built. Run pnpm build first.");
  return folder;
}
