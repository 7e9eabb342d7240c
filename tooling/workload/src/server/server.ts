import { mkdir } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { z } from "zod";

import { fileColumns, migrations as appMigrations, permissions } from "@app/api";
import { createAuth } from "@countersign/auth";
import { type Bus, createMemoryBus, createPostgresBus, createRedisBus } from "@countersign/bus";
import { Settings } from "@countersign/contract";
import { coreMigrations, openDatabase } from "@countersign/db";
import { createApp, createFolderStore, type Log } from "@countersign/rpc";
import { createMetrics } from "@countersign/rpc/metrics";

import { answerWithHoldings } from "./holdings.ts";
import { followClockFile } from "./movable-clock.ts";
import { startProbe } from "./probe.ts";
import { ReleaseEnv } from "./release.ts";
import { createWorkloadRouter } from "./router.ts";
import { hasSwitchedOff, SwitchedOff, withoutBackpressure, withoutGaps, withoutRevocation } from "./switched-off.ts";
import { tables } from "./tables.ts";

const Env = z.object({
  DATABASE_URL: z.string(),
  PUBLIC_URL: z.string(),
  HOST: z.string(),
  PORT: z.string().transform(Number),
  BUS: z.enum(["memory", "postgres", "redis"]),
  BUS_URL: z.string().default(""),
  SWITCHED_OFF: SwitchedOff,
  /** Whoever has it may read /metrics; nobody when it is left out. */
  METRICS_TOKEN: z.string().min(1).optional(),
  POOL_SIZE: z.coerce.number().default(10),
  STATEMENT_MS: z.coerce.number().default(5000),
  PROBE: z.enum(["on", "off"]).default("off"),
  HOLDINGS: z.enum(["on", "off"]).default("off"),
  /** What is wrong with this server's clock. */
  CLOCK_FILE: z.string().optional(),
});

/**
 * The app as `apps/server` puts it together, with the workload's own procedures beside the app's, and what is said to be
 * switched off switched off: for runs that have to fail. Returns when it has been asked to stop and has stopped.
 */
export async function runServer(variables: Readonly<Record<string, string | undefined>>): Promise<void> {
  const env = Env.parse(variables);
  if (env.CLOCK_FILE !== undefined) followClockFile(env.CLOCK_FILE);
  const settings = Settings.parse(variables);
  const off = hasSwitchedOff(env.SWITCHED_OFF);
  const release = ReleaseEnv.parse(variables);
  const opened = await openDatabase(env.DATABASE_URL, {
    tables,
    migrations: [coreMigrations, appMigrations, release.migrations],
    mustBeReady: settings.MIGRATE === "check",
    poolSize: env.POOL_SIZE,
    statementTimeoutMs: env.STATEMENT_MS,
    lockTimeoutMs: env.STATEMENT_MS,
    // As in `apps/server`: what is under way is answered first.
    onDiskFailure(err) {
      log.error({ err }, "The disk failed");
      setTimeout(() => process.exit(diskFailureCode), 250);
    },
  });
  const onError = (err: unknown) => log.error({ err }, "Something in the background failed");
  const carrier = openBus(env, onError);
  const plain = { db: opened, bus: off("gap") ? withoutGaps(carrier) : carrier };
  const auth = createAuth({ ...plain, settings, permissions, publicUrl: env.PUBLIC_URL, onError });
  const guarded = { ...plain, auth };
  const uploads = join(tmpdir(), "countersign-workload-files");
  await mkdir(uploads, { recursive: true });
  const app = createApp({
    ...(off("revocation") ? withoutRevocation(guarded) : guarded),
    router: createWorkloadRouter(release),
    settings,
    log,
    publicUrl: env.PUBLIC_URL,
    permissions,
    checkHost: false,
    metrics: env.METRICS_TOKEN === undefined ? null : createMetrics(),
    metricsToken: env.METRICS_TOKEN ?? null,
    files: { store: createFolderStore(uploads), namedBy: fileColumns },
  });
  if (off("backpressure")) withoutBackpressure(app.services.connections);
  if (env.PROBE === "on") startProbe();
  if (env.HOLDINGS === "on") answerWithHoldings();
  await app.listen({ port: env.PORT, host: env.HOST });

  await new Promise<void>((resolve) => process.once("SIGTERM", resolve));
  await app.close({
    settleMs: settings.DRAIN_SETTLE_SECONDS * 1000,
    drainMs: settings.DRAIN_SECONDS * 1000,
    finishMs: 8000,
  });
  await carrier.close();
  await opened.close();
}

/** As `apps/server` ends, and sysexits.h calls it: EX_IOERR. */
const diskFailureCode = 74;

function openBus({ BUS, BUS_URL }: z.infer<typeof Env>, onError: (error: unknown) => void): Bus {
  switch (BUS) {
    case "postgres":
      return createPostgresBus({ url: BUS_URL, onError });
    case "redis":
      return createRedisBus({ url: BUS_URL, onError });
    default:
      return createMemoryBus({ onError });
  }
}

/** Warnings and errors, a line each: what a run that failed is asked for. */
const log: Log = { debug() {}, info() {}, warn: write, error: write };

function write(facts: object, message: string): void {
  const err = (facts as { readonly err?: unknown }).err;
  const reason = err instanceof Error ? `${err.name}: ${err.message}` : undefined;
  process.stderr.write(`${JSON.stringify({ message, ...facts, err: reason })}\n`);
}
