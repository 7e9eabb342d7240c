import { once } from "node:events";

import { expect, test } from "vitest";
import { WebSocketServer } from "ws";

import { buildFrame, headLength, writeDigits } from "./frame.ts";
import { WireSocket } from "./wire-socket.ts";

test.each([0, 1, 125, 126, 65_535, 65_536, 70_000])("a frame of %i bytes is what a server reads", async (length) => {
  await using server = await startEcho();
  const text = "aé".repeat(length).slice(0, length);
  const { promise, resolve } = Promise.withResolvers<string>();
  const socket = await WireSocket.open({ ...server, onText: (payload) => resolve(payload.toString()) });

  socket.write(buildFrame("text", text));

  expect(await promise).toBe(text);
  socket.destroy();
});

test("the digits of a masked frame can be written anew", async () => {
  await using server = await startEcho();
  const { promise, resolve } = Promise.withResolvers<string>();
  const socket = await WireSocket.open({ ...server, onText: (payload) => resolve(payload.toString()) });
  const text = '{"id":1000000,"a":"bcd"}';
  const frame = buildFrame("text", text);

  writeDigits(frame, { head: headLength(text.length), at: 6 }, "1234567");
  socket.write(frame);

  expect(await promise).toBe('{"id":1234567,"a":"bcd"}');
  socket.destroy();
});

test("a socket tells with which code it was closed, and when the last byte came", async () => {
  await using server = await startEcho();
  const socket = await WireSocket.open({ ...server, onText: () => {} });
  expect(socket.isOpen).toBe(true);

  socket.write(buildFrame("text", "close"));

  const end = await socket.ended;
  expect(end).toEqual({ code: 4401, lastByteAt: socket.lastByteAt });
  expect(socket.isOpen).toBe(false);
});

async function startEcho() {
  const server = new WebSocketServer({ port: 0, host: "127.0.0.1", maxPayload: 1 << 20 });
  server.on("connection", (socket) => {
    socket.on("message", (data: Buffer) => {
      if (String(data) === "close") socket.close(4401, "over");
      else socket.send(String(data));
    });
  });
  await once(server, "listening");
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("The server has no port.");
  return {
    port: address.port,
    cookie: null,
    async [Symbol.asyncDispose]() {
      for (const socket of server.clients) socket.terminate();
      server.close();
      await once(server, "close");
    },
  };
}
