import { deepEqual, equal, ok } from "node:assert/strict";
import { setTimeout as pause } from "node:timers/promises";

import type { RawSocket } from "@countersign/rpc/testing";

import type { Visitor } from "../visitor.ts";

import type { Check } from "./check.ts";

export const deployChecks: readonly Check[] = [
  {
    title:
      "a server that is renewed is missed by nobody: pages, calls and new sockets go to the other one, open sockets are handed over",
    async run(site) {
      const visitor = site.visitor("127.0.0.2");
      await visitor.register("stayer");
      const sockets = await Promise.all(Array.from({ length: 6 }, () => visitor.openSocket()));
      const work = startWork(visitor);
      for (const server of site.servers) {
        await pause(500);
        equal(await server.stop(), 0);
        await server.start();
        // Until the proxy has seen it.
        await pause(3000);
      }
      const { done, failures } = await work.stop();
      deepEqual(failures.slice(0, 20), []);
      ok(done > 100, `${done} done`);
      for (const socket of sockets) ok(await wasHandedOver(socket), "A socket was closed without a word before.");
      return `${done} requests and upgrades, none failed`;
    },
  },
];

/** Pages, calls and upgrades, one after the other, each counted. */
function startWork(visitor: Visitor) {
  let isRunning = true;
  let done = 0;
  const failures: string[] = [];

  async function attempt(name: string, work: () => Promise<void>): Promise<void> {
    try {
      await work();
      done += 1;
    } catch (error) {
      failures.push(`${name}: ${error instanceof Error ? error.message : String(error)}`);
    }
  }

  async function run(): Promise<void> {
    while (isRunning) {
      await attempt("page", async () => equal((await visitor.request("/")).status, 200));
      await attempt("query", async () => equal((await visitor.request("/trpc/session.me")).status, 200));
      await attempt("socket", async () => {
        await using socket = await visitor.openSocket();
        // One that is being moved away says so at once; asking it is still answered.
        const { error } = await socket.query("session.me");
        equal(error, undefined);
      });
      await pause(20);
    }
  }

  const running = run();
  return {
    async stop() {
      isRunning = false;
      await running;
      return { done, failures };
    },
  };
}

/** The server asks a socket to move before it closes it. */
async function wasHandedOver(socket: RawSocket): Promise<boolean> {
  const { code } = await socket.closed;
  return code === 1012 && socket.frames.some(({ method }) => method === "reconnect");
}
