import { spawn } from "node:child_process";
import { once } from "node:events";
import { connect, createServer, type Socket } from "node:net";

import { expect, test } from "vitest";

import { sqliteDialect } from "@app/services/databases";
import { RawSocket } from "@countersign/rpc/testing";

import { startReplica } from "./test/start-replica.ts";
import { startWithFewFiles } from "./test/start-with-few-files.ts";

const hasUlimit = await canLimitFiles();

test("REL-34: with little memory the server turns new sockets away before it runs out, and takes them again", async () => {
  await using database = await sqliteDialect.create();
  await using replica = await startReplica({
    DATABASE_URL: database.url,
    NODE_OPTIONS: "--max-old-space-size=64",
    MAX_MEMORY_PERCENT: "70",
    MAX_CONNECTIONS_PER_IP: "100000",
    LOG_LEVEL: "warn",
  });
  const sockets: RawSocket[] = [];
  let refusal = "";
  while (refusal === "" && sockets.length < 20_000) {
    try {
      const opened = await Promise.all(Array.from({ length: 50 }, () => openWatching(replica.url)));
      sockets.push(...opened);
    } catch (error) {
      refusal = String(error);
    }
  }

  expect(refusal).toContain("503");
  const [first] = sockets;
  expect(await first?.query("session.me")).toHaveProperty("result");
  expect(replica.output()).toContain('"why":"memory"');
  for (const { socket } of sockets) socket.terminate();
  await expect.poll(() => openWatching(replica.url).then(() => "open", String), { timeout: 10_000 }).toBe("open");
  process.stderr.write(`REL-34: ${sockets.length} sockets in a heap of 64 MB, then 503\n`);
}, 120_000);

test.skipIf(!hasUlimit)(
  "REL-35: without a file to open the server goes on, says so once, and serves again when some are free",
  async () => {
    await using database = await sqliteDialect.create();
    const port = await findFreePort();
    await using replica = await startWithFewFiles(100, port, { DATABASE_URL: database.url, LOG_LEVEL: "warn" });
    await using inside = await RawSocket.open({ url: `${replica.url}/trpc` });
    const crowd = Array.from({ length: 300 }, () => connect(port, "localhost").on("error", () => {}));
    await expect.poll(() => replica.output(), { timeout: 10_000 }).toContain("Connections are dropped");

    expect(await inside.query("session.me")).toHaveProperty("result");
    for (const socket of crowd) socket.destroy();
    await Promise.all(crowd.map(closed));
    await expect.poll(() => status(replica.url), { timeout: 10_000 }).toBe(200);
    expect(await inside.query("session.me")).toHaveProperty("result");
    expect(replica.output().match(/Connections are dropped/g)).toHaveLength(1);
  },
  120_000,
);

async function openWatching(url: string): Promise<RawSocket> {
  const socket = await RawSocket.open({ url: `${url}/trpc` });
  await socket.subscribe("session.snapshot");
  return socket;
}

function status(url: string): Promise<number | null> {
  return fetch(`${url}/healthz`).then(
    (answer) => answer.status,
    () => null,
  );
}

async function findFreePort(): Promise<number> {
  const listener = createServer().listen(0, "localhost");
  await once(listener, "listening");
  const address = listener.address();
  listener.close();
  await once(listener, "close");
  return typeof address === "object" && address !== null ? address.port : 0;
}

async function closed(socket: Socket): Promise<void> {
  if (!socket.closed) await once(socket, "close");
}

/** Is there a shell that can lower the limit? */
async function canLimitFiles(): Promise<boolean> {
  const child = spawn("sh", ["-c", "ulimit -n 100"], { stdio: "ignore" });
  return new Promise((resolve) => {
    child.once("error", () => resolve(false));
    child.once("exit", (code) => resolve(code === 0));
  });
}
