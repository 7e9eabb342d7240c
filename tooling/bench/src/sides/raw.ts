import { createServer } from "node:http";

import { type WebSocket, WebSocketServer } from "ws";

import { monotonicMs } from "../monotonic-clock.ts";
import type { Action, Side } from "../side/side.ts";

import { sampleAnswer } from "./answer.ts";
import { listen } from "./listen.ts";

/** The floor: ws, one JSON parsed and one made per message, and nothing else. */
export async function serveRaw(): Promise<Side> {
  const server = createServer();
  const sockets = new WebSocketServer({ server, perMessageDeflate: false });
  /** The request id of a socket's subscription. */
  const watching = new Map<WebSocket, number>();

  sockets.on("connection", (socket) => {
    socket.on("message", (data: Buffer) => {
      const { id, method } = JSON.parse(data.toString()) as { id: number; method: string };
      if (method !== "subscription") {
        socket.send(JSON.stringify({ id, result: { type: "data", data: sampleAnswer } }));
        return;
      }
      watching.set(socket, id);
      socket.send(JSON.stringify({ id, result: { type: "started" } }));
      socket.send(JSON.stringify({ id, result: { type: "data", data: sampleAnswer } }));
    });
    socket.once("close", () => watching.delete(socket));
  });

  return {
    port: await listen(server),
    async act(action) {
      const at = monotonicMs();
      const text = textOf(action, watching);
      for (const socket of watching.keys()) socket.send(text);
      return at;
    },
  };
}

function textOf(action: Action, watching: ReadonlyMap<WebSocket, number>): string {
  if (action.kind === "send-text") return action.text;
  if (action.kind !== "broadcast") throw new Error(`This side cannot ${action.kind}.`);
  const [id = 0] = watching.values();
  return JSON.stringify({ id, result: { type: "data", data: action.data } });
}
