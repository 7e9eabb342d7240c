import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { fileURLToPath } from "node:url";

import { type AppServer, findRedis, startOwnRedis, startPostgres, startServer } from "@app/services";

import { makeCertificate } from "./certificate.ts";
import { findFreePort } from "./free-port.ts";
import type { Proxy } from "./proxies.ts";
import { Visitor } from "./visitor.ts";

/** Two built servers on one PostgreSQL, behind a proxy that takes the TLS off. */
export interface Site extends AsyncDisposable {
  readonly origin: string;
  readonly httpPort: number;
  readonly servers: readonly [AppServer, AppServer];
  /** Somebody at an address of their own: any of 127.0.0.0/8 but the proxy's. */
  visitor(address: string): Visitor;
  /** What the proxy has printed. */
  proxyOutput(): string;
}

const serverEntry = fileURLToPath(new URL("../../../apps/server/dist/main.js", import.meta.url));

/** Starts all of it. @throws when `pnpm build` has not been run, or one of them does not start. */
export async function startSite(proxy: Proxy): Promise<Site> {
  await using held = new AsyncDisposableStack();
  const folder = await mkdtemp(join(tmpdir(), "proxies-"));
  held.defer(() => rm(folder, { recursive: true }));
  const certificate = makeCertificate(folder);
  const [httpsPort, httpPort] = [await findFreePort(), await findFreePort()];
  const origin = `https://localhost:${httpsPort}`;

  const postgres = held.use(await startPostgres());
  const redis = await findRedis();
  const env = {
    PUBLIC_URL: origin,
    HOST: "127.0.0.1",
    TRUST_PROXY: "127.0.0.1",
    DATABASE_URL: await postgres.createDatabase(),
    UPLOAD_FOLDER: join(folder, "files"),
    // Three for an account, thirty for an address.
    LOGIN_ATTEMPTS: "3",
    MAIL: "off",
    ...(redis === null ? {} : { REDIS_URL: held.use(await startOwnRedis(redis)).url }),
  };
  const servers = [
    held.use(await startServer(serverEntry, env)),
    held.use(await startServer(serverEntry, env)),
  ] as const;
  const serverPorts = [Number(new URL(servers[0].url).port), Number(new URL(servers[1].url).port)] as const;

  const { args, env: proxyEnv } = proxy.prepare({ folder, certificate, httpsPort, httpPort, serverPorts });
  const child = spawn(proxy.program, args, { env: { PATH: process.env["PATH"], ...proxyEnv }, stdio: "pipe" });
  let output = "";
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (chunk: Buffer) => (output += String(chunk)));
  child.on("error", (error) => (output += error.message));
  held.defer(() => end(child));

  const visitor = (address: string) => new Visitor({ origin, address, cert: certificate.cert });
  await untilAnswered(visitor("127.0.0.9"), () => output);
  const kept = held.move();
  return {
    origin,
    httpPort,
    servers,
    visitor,
    proxyOutput: () => output,
    [Symbol.asyncDispose]: () => kept.disposeAsync(),
  };
}

async function untilAnswered(visitor: Visitor, output: () => string): Promise<void> {
  for (const deadline = Date.now() + 10_000; Date.now() < deadline; await pause(100)) {
    const answer = await visitor.request("/readyz").catch(() => null);
    if (answer?.status === 200) return;
  }
  throw new Error(`The proxy does not answer. It printed:\n${output()}`);
}

async function end(child: ChildProcess): Promise<void> {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
  const exit = once(child, "exit");
  child.kill("SIGTERM");
  // Some wait for their clients first.
  const timer = setTimeout(() => child.kill("SIGKILL"), 2000);
  await exit;
  clearTimeout(timer);
}
