import { setTimeout as pause } from "node:timers/promises";

import { monotonicMs } from "../monotonic-clock.ts";

import type { Command, Memory, Message, Request, Side, Usage } from "./side.ts";

/** Lets the process that started this one ask, and ends this one when that one is gone. */
export function listenToCommands(side: Side): void {
  process.on("message", (request: Request) => void answer(side, request).then(send));
  // Also when the other process was killed. An orderly exit: a CPU profile is written by it.
  process.on("disconnect", () => process.exit(0));
  // Ctrl-C reaches the whole group; it is the other process that decides.
  process.on("SIGINT", () => {});
  send({ kind: "listening", port: side.port });
}

async function answer(side: Side, { id, command }: Request): Promise<Message> {
  try {
    return { kind: "answer", id, value: await carryOut(side, command) };
  } catch (error) {
    return { kind: "failure", id, message: error instanceof Error ? (error.stack ?? error.message) : String(error) };
  }
}

function carryOut(side: Side, command: Command): unknown {
  switch (command.ask) {
    case "usage":
      return readUsage();
    case "memory":
      return readMemory();
    case "observation":
      return side.observe?.();
    case "act":
      return side.act(command.action);
  }
}

function readUsage(): Usage {
  const { user, system } = process.cpuUsage();
  return { cpuMicroseconds: user + system, at: monotonicMs() };
}

async function readMemory(): Promise<Memory> {
  const { gc } = globalThis;
  if (!gc) throw new Error("Start the side with --expose-gc to ask for its memory.");
  // Twice, with time for finalizers between.
  await gc({ execution: "async" });
  await pause(100);
  await gc({ execution: "async" });
  const { rss, heapUsed } = process.memoryUsage();
  return { rssBytes: rss, heapBytes: heapUsed };
}

function send(message: Message): void {
  // After a disconnect nobody listens, and the process is about to end.
  if (process.connected) process.send?.(message);
}
