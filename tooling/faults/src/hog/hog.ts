import { setTimeout as pause } from "node:timers/promises";

import {
  callHttp,
  listProcedures,
  type OfferedProcedure,
  readProbe,
  SocketLost,
  startTopology,
  type Topology,
  WireSocket,
  withDatabase,
} from "@app/workload";

import type { FaultOptions, FaultReport } from "../fault.ts";
import { atLeast, atMost, noneOf } from "../figures.ts";

import { mostCharacters, nastyTexts, worstInput } from "./worst-input.ts";

/** REL-32: every procedure is given the worst that fits into a frame, in every text it takes, and nobody else waits for that. */
export async function hog({ length, tell }: FaultOptions): Promise<FaultReport> {
  await using topology = await startTopology({ database: "sqlite", env: { PROBE: "on", ...noLimits } });
  const kinds = Object.entries(nastyTexts).filter((_, index) => length === "long" || index % 6 === 1);
  // It would sign the caller out, or take the account away.
  const offered = listProcedures().filter(
    ({ path, transport }) => transport !== "file" && !/logout|delete|revoke|signOut|endOthers/i.test(path),
  );
  await pause(warmMs);

  const defects: string[] = [];
  const slow: { readonly what: string; readonly stallMs: number }[] = [];
  let asked = 0;
  for (const [kind, text] of kinds) {
    const caller = await enter(topology, kind);
    for (const some of chunksOf(offered, length === "long" ? 1 : 8)) {
      const names = some.map(({ path }) => path).join(", ");
      tell(`${kind}: ${names}`);
      const stallMs = await stallOf(topology, async () => {
        for (const procedure of some)
          for (const isShort of [true, false]) await ask(caller, procedure, { text, isShort }, defects);
      });
      slow.push({ what: `${names} with ${kind}`, stallMs });
      asked += 2 * some.length;
    }
    caller.socket.terminate();
  }
  const heldMs = await stallOf(topology, () => hold(topology, 3 * mostMs));
  const worst = slow.toSorted((one, other) => other.stallMs - one.stallMs);
  const named = worst.slice(0, 3).map(({ what, stallMs }) => `${what}: ${stallMs} ms`);
  return {
    violations: [],
    figures: [
      atMost(
        {
          name: "longest stall of the event loop while a procedure reads the worst that fits into a frame",
          most: mostMs,
          unit: "ms",
          how: `${asked} calls of ${offered.length} procedures with up to ${mostCharacters} characters of ${kinds.length} kinds, SQLite; the longest: ${named.join(", ")}`,
        },
        worst[0]?.stallMs ?? Number.NaN,
      ),
      noneOf(defects, { name: "answers that are a defect of the server", how: `${asked} calls` }),
      noneOf(
        topology.exits().map((exit) => JSON.stringify(exit)),
        { name: "servers that ended", how: `${asked} calls` },
      ),
      atLeast(
        { name: "stalls seen of one that is made on purpose", least: 1, how: `held for ${3 * mostMs} ms` },
        heldMs > mostMs ? 1 : 0,
      ),
      atLeast(
        { name: "procedures that were asked", least: 1, how: "every one but those that end the session" },
        offered.length,
      ),
    ],
  };
}

const mostMs = 100;

/** They are there against this; without them there is more to see. */
const noLimits = { CALLS_PER_SECOND: "10000", CALLS_BURST: "10000", BAD_FRAMES: "10000" };
/** What is compiled at first is compiled by then. */
const warmMs = 1000;
/** A line of the probe comes about so often. */
const probeMs = 110;

interface Caller {
  readonly url: string;
  readonly cookie: string;
  socket: WireSocket;
}

async function enter({ url, databaseUrl }: Topology, kind: string): Promise<Caller> {
  const [username, password] = [`hog${kind}`, `${kind}: words nobody would guess`];
  await callHttp(url, "auth.register", { input: { username, password } });
  const { cookie } = await callHttp(url, "auth.login", { input: { login: username, password } });
  if (cookie === null) throw new Error(`${username} could not sign in.`);
  // Whoever may not call something is refused before what they send is looked at.
  await withDatabase(databaseUrl, (read) => read(`update users set is_superuser = 1 where username = '${username}'`));
  return { url, cookie, socket: await WireSocket.open({ url, cookie, onFrame() {} }) };
}

async function ask(
  caller: Caller,
  { path, type, transport, input: schema }: OfferedProcedure,
  { text, isShort }: { readonly text: (length: number) => string; readonly isShort: boolean },
  defects: string[],
): Promise<void> {
  const input = schema && worstInput(schema, text, isShort);
  const { url, cookie } = caller;
  if (!caller.socket.isOpen) caller.socket = await WireSocket.open({ url, cookie, onFrame() {} });
  if (type === "subscription") return void caller.socket.subscribe(path, input, null);
  try {
    if (transport === "http") {
      const method = type === "query" ? "GET" : "POST";
      const { status } = await callHttp(url, path, { method, cookie, input });
      if (status === 500) defects.push(path);
      return;
    }
    const { error } = await caller.socket.call(type, path, input, 5000);
    if (error?.data.code === "INTERNAL_SERVER_ERROR") defects.push(`${path}: ${error.message}`);
  } catch (error) {
    // A frame that is too long, or a session that has ended: the next call opens another socket.
    if (!(error instanceof SocketLost)) throw error;
  }
}

function chunksOf<Item>(items: readonly Item[], size: number): Item[][] {
  return Array.from({ length: Math.ceil(items.length / size) }, (_, index) =>
    items.slice(index * size, (index + 1) * size),
  );
}

/** Holds the server for so long, which has to be seen. */
async function hold({ servers: [server] }: Topology, ms: number): Promise<void> {
  if (!server?.pid) throw new Error("The server does not run.");
  process.kill(server.pid, "SIGSTOP");
  await pause(ms);
  process.kill(server.pid, "SIGCONT");
}

/** How long the loop stood still at most, from now until this is answered. */
async function stallOf({ servers: [server] }: Topology, act: () => Promise<void>): Promise<number> {
  const before = server?.output.length ?? 0;
  await act();
  await pause(probeMs);
  const lines = readProbe(server?.output.slice(before) ?? "");
  return Math.max(0, ...lines.map(({ stallMs }) => stallMs));
}
