import { EventEmitter, on } from "node:events";
import { createServer } from "node:http";

import { initTRPC } from "@trpc/server";
import { applyWSSHandler } from "@trpc/server/adapters/ws";
import { WebSocketServer } from "ws";

import { monotonicMs } from "../monotonic-clock.ts";
import type { Side } from "../side/side.ts";

import { sampleAnswer } from "./answer.ts";
import { listen } from "./listen.ts";

/** tRPC as its documentation shows it: the stock adapter, no sessions, a generator for the subscription. */
export async function serveBareTrpc(): Promise<Side> {
  const changes = new EventEmitter<{ snapshot: [unknown] }>();
  changes.setMaxListeners(0);
  const { procedure, router } = initTRPC.create();
  const appRouter = router({
    me: procedure.query(() => sampleAnswer),
    session: router({
      snapshot: procedure.subscription(async function* ({ signal }) {
        yield sampleAnswer;
        for await (const [snapshot] of on(changes, "snapshot", signal ? { signal } : {})) yield snapshot as unknown;
      }),
    }),
  });

  const server = createServer();
  const wss = new WebSocketServer({ server, perMessageDeflate: false });
  applyWSSHandler({ wss, router: appRouter, createContext: () => ({}) });

  return {
    port: await listen(server),
    async act(action) {
      if (action.kind !== "broadcast") throw new Error(`This side cannot ${action.kind}.`);
      const at = monotonicMs();
      changes.emit("snapshot", action.data);
      return at;
    },
  };
}
