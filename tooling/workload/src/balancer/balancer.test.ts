import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Socket } from "node:net";
import { setTimeout as pause } from "node:timers/promises";

import { expect, test } from "vitest";

import { startBalancer } from "./balancer.ts";

test("connections go to the servers in turns, past one that is down", async () => {
  await using one = await startEcho("one");
  await using two = await startEcho("two");
  const gone = await startEcho("gone");
  await gone[Symbol.asyncDispose]();
  await using balancer = await startBalancer([one.port, gone.port, two.port]);

  const answers = [];
  for (let count = 0; count < 6; count += 1) answers.push(await ask(balancer.port, "hello"));

  expect(new Set(answers)).toEqual(new Set(["one: hello", "two: hello"]));
});

test("of many that come at once none is turned away while one server is up", async () => {
  await using one = await startEcho("one");
  const gone = await startEcho("gone");
  await gone[Symbol.asyncDispose]();
  await using balancer = await startBalancer([one.port, gone.port]);

  const answers = await Promise.all(Array.from({ length: 25 }, () => ask(balancer.port, "hello")));

  expect(new Set(answers)).toEqual(new Set(["one: hello"]));
});

test("what is dropped one way arrives the other way, and nobody is told", async () => {
  await using echo = await startEcho("echo");
  await using balancer = await startBalancer([echo.port]);
  using line = await open(balancer.port);
  balancer.set({ dropped: "down" });

  line.say("lost");
  await expect.poll(() => echo.heard).toEqual(["lost"]);
  balancer.set({});
  line.say("kept");

  await expect.poll(() => line.heard).toBe("echo: kept");
  expect(line.socket.destroyed).toBe(false);
});

test("a cut is seen at both ends, and whoever is refused is not let in until it is over", async () => {
  await using echo = await startEcho("echo");
  await using balancer = await startBalancer([echo.port]);
  using line = await open(balancer.port);
  line.say("hello");
  await expect.poll(() => line.heard).toBe("echo: hello");

  balancer.refuse();
  balancer.cut();
  await expect.poll(() => [line.socket.destroyed, echo.open]).toEqual([true, 0]);
  expect(await ask(balancer.port, "hello")).toBe("");

  balancer.accept();
  expect(await ask(balancer.port, "hello")).toBe("echo: hello");
});

test("what is paused waits, and what is delayed comes later, in order", async () => {
  await using echo = await startEcho("echo");
  await using balancer = await startBalancer([echo.port]);
  using line = await open(balancer.port);
  line.say("a");
  await expect.poll(() => line.heard).toBe("echo: a");

  balancer.set({ delayMs: 100 });
  const startedAt = performance.now();
  line.say("b");
  await expect.poll(() => line.heard).toBe("echo: aecho: b");
  // There and back. Timers may be a little early.
  expect(performance.now() - startedAt).toBeGreaterThan(190);

  balancer.set({ paused: "up" });
  line.say("c");
  await pause(100);
  expect(echo.heard).toEqual(["a", "b"]);
  balancer.set({});
  await expect.poll(() => line.heard).toBe("echo: aecho: becho: c");
});

interface Line extends Disposable {
  readonly socket: Socket;
  readonly heard: string;
  say(text: string): void;
}

async function open(port: number): Promise<Line> {
  const socket = connect(port, "localhost");
  let heard = "";
  socket.on("data", (chunk) => (heard += String(chunk)));
  socket.on("error", () => {});
  // One that is refused may hear of the reset before it hears that it was connected.
  await once(socket, "connect").catch(() => once(socket, "close"));
  return {
    socket,
    get heard() {
      return heard;
    },
    say: (text) => void socket.write(text),
    [Symbol.dispose]: () => void socket.destroy(),
  };
}

/** What comes back for a text; nothing when the connection is broken before. */
async function ask(port: number, text: string): Promise<string> {
  using line = await open(port);
  line.say(text);
  await expect.poll(() => line.heard !== "" || line.socket.destroyed).toBe(true);
  return line.heard;
}

async function startEcho(name: string) {
  const heard: string[] = [];
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on("close", () => sockets.delete(socket));
    socket.on("error", () => {});
    socket.on("data", (chunk) => {
      heard.push(String(chunk));
      socket.write(`${name}: ${String(chunk)}`);
    });
  }).listen(0, "localhost");
  await once(server, "listening");
  return {
    port: (server.address() as AddressInfo).port,
    heard,
    get open() {
      return sockets.size;
    },
    async [Symbol.asyncDispose]() {
      server.close();
      for (const socket of sockets) socket.destroy();
      await once(server, "close");
    },
  };
}
