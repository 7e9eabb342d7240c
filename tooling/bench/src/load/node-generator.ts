import { readFileSync } from "node:fs";
import { setTimeout as pause } from "node:timers/promises";

import { monotonicMs } from "../monotonic-clock.ts";
import { quantile } from "../report/statistics.ts";
import { openSockets } from "../wire/open-sockets.ts";

import { Caller } from "./caller.ts";
import type { Load, LoadResult } from "./load.ts";

// Does what generator.c does, where that cannot be compiled. It is the slower of the two: see docs/benchmarks.md.
const load = JSON.parse(process.argv[2] ?? "") as Load;
// The process that started this one may be gone, and Ctrl-C reaches the whole group: it is for that one to decide.
process.on("disconnect", () => process.exit(0));
process.on("SIGINT", () => {});
const result = await run(load);
process.stdout.write(`${JSON.stringify(result)}\n`, () => process.exit(0));

async function run({ port, clientsFile, connections, depth, warmUpSeconds, seconds }: Load): Promise<LoadResult> {
  const lines = readFileSync(clientsFile, "utf8").split("\n", connections);
  const callers = lines.map((line) => new Caller(depth, line.split("\t", 2) as [string, string]));
  if (callers.length < connections) throw new Error(`${clientsFile} has too few clients.`);
  const sockets = await openSockets(
    callers.map((caller) => ({
      port,
      cookie: caller.cookie || null,
      onText: (payload, socket) => caller.handleAnswer(payload, socket),
    })),
  );

  for (const [index, caller] of callers.entries()) {
    const socket = sockets[index];
    if (socket) caller.start(socket);
  }
  await pause(warmUpSeconds * 1000);
  process.stdout.write("measuring\n");
  for (const caller of callers) caller.latencies = [];
  const [startedAt, startedCpu] = [monotonicMs(), process.cpuUsage()];
  await pause(seconds * 1000);
  const [tookMs, cpu] = [monotonicMs() - startedAt, process.cpuUsage(startedCpu)];

  const latencies = callers.flatMap((caller) => caller.latencies ?? []);
  return {
    calls: latencies.length,
    seconds: tookMs / 1000,
    p50Microseconds: quantile(latencies, 0.5) * 1000,
    p99Microseconds: quantile(latencies, 0.99) * 1000,
    generatorShare: (cpu.user + cpu.system) / 1000 / tookMs,
  };
}
