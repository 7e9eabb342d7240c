import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { connect, createServer, type AddressInfo } from "node:net";
import { setTimeout as pause } from "node:timers/promises";

/** A throw-away server that keeps nothing, for tests that stop, kill or freeze it. */
export interface OwnRedis extends AsyncDisposable {
  readonly url: string;
  /** Ends it at once; it comes back empty with `resume`. */
  kill(): Promise<void>;
  resume(): Promise<void>;
  /** It stays connected and does nothing, as on a machine that hangs. */
  freeze(): void;
  thaw(): void;
}

/**
 * Starts Redis on a free port.
 *
 * @param program `redis-server`, as `findRedis` found it
 */
export async function startOwnRedis(program: string): Promise<OwnRedis> {
  const port = await findFreePort();
  let server = await start(program, port);

  async function kill(): Promise<void> {
    if (server.child.exitCode !== null || server.child.signalCode !== null) return;
    process.kill(server.pid, "SIGKILL");
    await once(server.child, "exit");
  }

  return {
    url: `redis://127.0.0.1:${port}`,
    kill,
    async resume() {
      server = await start(program, port);
    },
    freeze: () => void process.kill(server.pid, "SIGSTOP"),
    thaw: () => void process.kill(server.pid, "SIGCONT"),
    [Symbol.asyncDispose]: kill,
  };
}

interface Running {
  /** The shell that watches over the server. */
  readonly child: ChildProcess;
  readonly pid: number;
}

/** A shell starts it, tells its pid, and ends it when this process is gone, however it goes. */
async function start(program: string, port: number): Promise<Running> {
  const watched = `
    "$1" --port "$2" --bind 127.0.0.1 --save "" --appendonly no --daemonize no > /dev/null 2>&1 < /dev/null &
    server=$!
    echo $server
    { cat > /dev/null; kill -KILL $server 2> /dev/null; } <&3 &
    wait $server
    kill $! 2> /dev/null
    exit 0
  `;
  const child = spawn("/bin/sh", ["-c", `exec 3<&0; ${watched}`, "watch", program, String(port)], {
    stdio: ["pipe", "pipe", "ignore"],
  });
  const [line] = (await once(child.stdout, "data")) as [Buffer];
  await waitUntilOpen(port);
  return { child, pid: Number(line.toString()) };
}

async function waitUntilOpen(port: number): Promise<void> {
  for (let tries = 0; tries < 200; tries += 1) {
    const socket = connect(port, "127.0.0.1");
    const isOpen = await once(socket, "connect").then(
      () => true,
      () => false,
    );
    socket.destroy();
    if (isOpen) return;
    await pause(25);
  }
  throw new Error(`Redis did not open port ${port}.`);
}

async function findFreePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, "close");
  return port;
}
