import { setTimeout as pause } from "node:timers/promises";

import { makeMembers, readMetrics, startTopology, withDatabase } from "@app/workload";
import type { SessionClient, SessionClientOptions } from "@countersign/client";

import type { FaultOptions, FaultReport } from "../fault.ts";
import { timeWithin } from "../figures.ts";

import { openPage, whenState } from "./open-page.ts";

/**
 * REL-44: from one moment on the network swallows everything, both ways, and tells nobody. Server and page each notice by
 * themselves; when it is back, the page is, with what has changed. A server that never pings keeps the socket, to see that it
 * is the ping that frees it.
 */
export async function halfOpen({ length, tell }: FaultOptions): Promise<FaultReport> {
  const plan = length === "long" ? longPlan : shortPlan;
  tell(`everything is swallowed for ${plan.outageMs / 1000} s`);
  const [seen, unguarded] = await Promise.all([
    swallow(plan, plan.env),
    swallow(plan, { ...plan.env, PING_SECONDS: "300" }),
  ]);
  const how = `swallowed for ${plan.outageMs / 1000} s, ${plan.how}, SQLite`;
  const { mostMs } = plan;
  const stillHeld = unguarded.freedMs === null ? 1 : 0;
  return {
    violations: [],
    figures: [
      timeWithin(
        { name: "until the server had freed the socket", mostMs, how, row: "halfOpen" },
        seen.freedMs ?? Number.POSITIVE_INFINITY,
      ),
      timeWithin({ name: "until the page had noticed", mostMs, how, row: "halfOpen" }, seen.noticedMs),
      timeWithin({ name: "until the page was back, with what had changed", mostMs: 31_000, how }, seen.backMs),
      {
        name: "sockets still held by a server that never pings",
        target: "≥ 1",
        seen: String(stillHeld),
        isMet: stillHeld > 0,
        how,
      },
    ],
  };
}

interface Plan {
  readonly outageMs: number;
  readonly mostMs: number;
  readonly env: Readonly<Record<string, string>>;
  readonly timing: SessionClientOptions["timing"];
  readonly how: string;
}

const longPlan: Plan = { outageMs: 60_000, mostMs: 35_000, env: {}, timing: {}, how: "default settings" };
/** The same, ten times as fast. */
const shortPlan: Plan = {
  outageMs: 4500,
  mostMs: 3500,
  env: { PING_SECONDS: "2", PONG_SECONDS: "1" },
  timing: { silenceMs: 2000, answerMs: 1000, openMs: 1000, spreadMs: 500 },
  how: "pings after 2 s, answers within 1 s",
};

interface Seen {
  /** Since the network swallows; null when the server still had the socket when it was over. */
  readonly freedMs: number | null;
  readonly noticedMs: number;
  /** Since the network is back. */
  readonly backMs: number;
}

async function swallow({ outageMs, timing }: Plan, env: Plan["env"]): Promise<Seen> {
  await using topology = await startTopology({ database: "sqlite", env });
  const [server] = topology.servers;
  const [member] = await makeMembers(topology.databaseUrl, topology.url, 1);
  if (!server || !member) throw new Error("There is nobody, or no server.");
  using page = await openPage(topology.url, member.cookie, timing);
  const noticed = whenState(page, (state) => state !== "open").then(() => performance.now());

  topology.balancer.set({ dropped: "both" });
  const startedAt = performance.now();
  let freedMs: number | null = null;
  while (performance.now() - startedAt < outageMs) {
    // Not through the balancer: from beside the server.
    const open = (await readMetrics(server.url)).get('countersign_connections{kind="signed_in"}');
    if (open === 0) freedMs ??= performance.now() - startedAt;
    await pause(100);
  }
  await withDatabase(topology.databaseUrl, (run) => run("update users set first_name = 'Changed'"));
  topology.balancer.set({});
  const backAt = performance.now();
  await whenShown(page, "Changed");
  return { freedMs, noticedMs: (await noticed) - startedAt, backMs: performance.now() - backAt };
}

function whenShown({ snapshot }: SessionClient, firstName: string): Promise<void> {
  return new Promise((resolve) => {
    const stop = snapshot.subscribe(() => {
      const state = snapshot.get();
      if (state.status === "loading" || !state.user.isAuthenticated || state.user.firstName !== firstName) return;
      stop();
      resolve();
    });
  });
}
