import { execFile, spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { chown, mkdir, mkdtemp, realpath, rename, rm } from "node:fs/promises";
import { createServer, type AddressInfo, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Readable, Writable } from "node:stream";
import { setTimeout as pause } from "node:timers/promises";
import { promisify } from "node:util";

import { Client } from "pg";

import { createDatabase } from "./database-on-postgres.ts";
import { findPostgresBinaries, type PostgresBinaries } from "./postgres-binaries.ts";

const run = promisify(execFile);

/** How the server is told to stop: `fast` ends connections and writes a checkpoint, `immediate` is a crash with recovery at the next start. */
export type PostgresShutdown = "fast" | "immediate";

/** A throw-away server with its own data, for tests that stop, crash or freeze it. */
export interface OwnPostgres extends AsyncDisposable {
  /** Of the maintenance database. */
  readonly url: string;
  readonly port: number;
  /** The postmaster's, or null while it is stopped. */
  pid(): number | null;
  /** Makes an empty database and returns its url. */
  createDatabase(): Promise<string>;
  /** Stops the server and keeps its data. */
  halt(how: PostgresShutdown): Promise<void>;
  /** Starts it again on the same port, with the same data. */
  resume(): Promise<void>;
  /** Stops the server and removes its data. Calling it again is fine. */
  stop(): Promise<void>;
}

/**
 * Starts PostgreSQL from npm's binaries. As root it runs as nobody, since the server refuses root. A guard process removes
 * server and data when this process dies, however it dies.
 *
 * @throws when npm has no binaries for this platform, or the server does not start
 */
export async function startOwnPostgres(): Promise<OwnPostgres> {
  const binaries = await findPostgresBinaries();
  const folder = await mkdtemp(join(tmpdir(), "countersign-postgres-"));
  const guard = startGuard(folder);
  try {
    const port = await findFreePort();
    await createCluster(binaries, folder);
    return await startServer({ binaries, folder, guard, port });
  } catch (error) {
    guard.stdin.end();
    throw error;
  }
}

type Guard = ReturnType<typeof startGuard>;

/**
 * A shell that waits for the end of its standard input, which comes when this process ends in any way, SIGKILL included.
 * Then it kills what still runs on the folder and removes the folder.
 */
function startGuard(folder: string) {
  const script = `
    cat > /dev/null
    pid=$(head -n 1 "$1/data/postmaster.pid" 2> /dev/null) && kill -QUIT "$pid" 2> /dev/null
    for i in 1 2 3 4 5 6 7 8 9 10; do
      rm -rf "$1" 2> /dev/null && break
      sleep 0.2
    done
  `;
  // A process group of its own: Ctrl-C must not end the guard before its work is due.
  const child = spawn("/bin/sh", ["-c", script, "guard", folder], {
    detached: true,
    stdio: ["pipe", "ignore", "ignore"],
  });
  child.unref();
  keepsNothingAlive(child.stdin);
  return child;
}

/** A pipe to a child is a socket, though typed as a stream. Unreferenced, it does not keep this process alive. */
function keepsNothingAlive(pipe: Readable | Writable): void {
  (pipe as Socket).unref();
}

function findFreePort(): Promise<number> {
  const { promise, resolve, reject } = Promise.withResolvers<number>();
  const server = createServer();
  server.once("error", reject);
  server.listen(0, "127.0.0.1", () => {
    const { port } = server.address() as AddressInfo; // A TCP server that listens has a TCP address.
    server.close(() => resolve(port));
  });
  return promise;
}

/** Making one takes longer than copying one that was made before. */
async function createCluster(binaries: PostgresBinaries, folder: string): Promise<void> {
  const identity = serverIdentity();
  await run("cp", ["-Rp", await prepareCluster(binaries), join(folder, "data")]);
  // The one that was kept is whose a copy of the whole workspace made it.
  if (identity) await run("chown", ["-R", `${identity.uid}:${identity.gid}`, folder]);
}

/** An empty cluster, made once for this program and kept. */
async function prepareCluster({ initdb }: PostgresBinaries): Promise<string> {
  const identity = serverIdentity();
  const key = createHash("sha256").update(`${await realpath(initdb)} ${identity?.uid ?? process.getuid?.()}`);
  const kept = join(cacheFolder, `cluster-${key.digest("hex").slice(0, 12)}`);
  if (existsSync(kept)) return kept;

  await mkdir(cacheFolder, { recursive: true });
  const draft = await mkdtemp(join(cacheFolder, "draft-"));
  if (identity) await chown(draft, identity.uid, identity.gid);
  const made = join(draft, "data");
  await run(initdb, ["-D", made, "-U", "postgres", "--auth=trust", "--encoding=UTF8", "--locale=C"], {
    ...identity,
    cwd: draft,
  });
  // Others may have made one meanwhile: theirs is as good.
  await rename(made, kept).catch((error: unknown) => {
    if (!existsSync(kept)) throw error;
  });
  await rm(draft, { recursive: true, force: true });
  return kept;
}

const cacheFolder = join(import.meta.dirname, "../node_modules/.cache/postgres");

/** PostgreSQL refuses to run as root: root's tests run it as nobody. */
function serverIdentity(): { readonly uid: number; readonly gid: number } | null {
  return process.getuid?.() === 0 ? { uid: 65534, gid: 65534 } : null;
}

async function startServer(options: {
  readonly binaries: PostgresBinaries;
  readonly folder: string;
  readonly guard: Guard;
  readonly port: number;
}): Promise<OwnPostgres> {
  const { guard, port } = options;
  const url = `postgres://postgres@127.0.0.1:${port}/postgres`;
  let child = await startPostmaster(options);

  async function halt(how: PostgresShutdown): Promise<void> {
    if (child.exitCode !== null || child.signalCode !== null) return;
    // The exit is waited for, so for that long the child keeps this process alive.
    child.ref();
    const exit = once(child, "exit");
    child.kill(how === "fast" ? "SIGINT" : "SIGQUIT");
    await exit;
  }

  async function stop(): Promise<void> {
    await halt("immediate");
    if (guard.exitCode !== null) return;
    guard.ref();
    const exit = once(guard, "exit");
    guard.stdin.end();
    await exit;
  }

  return {
    url,
    port,
    pid: () => (child.exitCode === null && child.signalCode === null ? (child.pid ?? null) : null),
    createDatabase: () => createDatabase(url),
    halt,
    async resume() {
      child = await startPostmaster(options);
    },
    stop,
    [Symbol.asyncDispose]: stop,
  };
}

async function startPostmaster({
  binaries,
  folder,
  port,
}: {
  binaries: PostgresBinaries;
  folder: string;
  port: number;
}) {
  const child = spawn(
    binaries.postgres,
    ["-D", join(folder, "data"), "-p", String(port), ...serverSettings.flatMap((setting) => ["-c", setting])],
    { ...serverIdentity(), cwd: folder, detached: true, stdio: ["ignore", "ignore", "pipe"] },
  );
  child.unref();
  let log = "";
  child.stderr.setEncoding("utf8").on("data", (text: string) => (log = (log + text).slice(-4000)));
  keepsNothingAlive(child.stderr);

  for (let tries = 0; tries < 500; tries += 1) {
    if (child.exitCode !== null) break;
    if (await answers(port)) return child;
    await pause(20);
  }
  child.kill("SIGQUIT");
  throw new Error(`PostgreSQL did not start on port ${port}. Its log ends:\n${log}`);
}

/** What is committed survives a crash of the server, as `halt("immediate")` makes one; that of the machine it need not. */
const serverSettings = [
  "listen_addresses=127.0.0.1",
  "unix_socket_directories=",
  "fsync=off",
  "full_page_writes=off",
  "shared_buffers=32MB",
  "max_connections=200",
  "log_min_messages=fatal",
];

async function answers(port: number): Promise<boolean> {
  const client = new Client({
    host: "127.0.0.1",
    port,
    user: "postgres",
    database: "postgres",
    connectionTimeoutMillis: 2000,
  });
  // Before the server listens, a refusal is the expected answer.
  client.on("error", () => {});
  try {
    await client.connect();
    return true;
  } catch {
    return false;
  } finally {
    await client.end();
  }
}
