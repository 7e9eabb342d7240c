import { setTimeout as pause } from "node:timers/promises";

import { type Topology, type Workload, withDatabase } from "@app/workload";

import type { FaultOptions, FaultReport, Figure } from "../fault.ts";
import { brokenRules, countAcknowledged, timeWithin } from "../figures.ts";
import { play } from "../scene.ts";

import { ServerClocks } from "./server-clocks.ts";
import { Witness } from "./witness.ts";

const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;

/** How wrong the clocks of the servers are, one by one: those of neighbours are five minutes apart. */
const apartMs = [0, 5 * minute, -5 * minute];

/**
 * REL-37 and EXP-08: servers whose clocks are minutes apart, in several time zones; clocks that jump, forward and back, of one
 * server and of all, while people are at work. Sessions end that are past their limits, and no others.
 */
export async function clock({ length, seed, tell }: FaultOptions): Promise<FaultReport> {
  const isLong = length === "long";
  const [replicas, clients] = isLong ? [3, 20] : [2, 6];
  const rounds = isLong ? 10 : 1;
  await using clocks = await ServerClocks.make(apartMs.slice(0, replicas));
  const seen: Seen[] = [];
  let loops = { before: 0, after: 0 };
  let limits = 0;

  const { evidence, violations } = await play(
    { database: "postgres", replicas, seed, clients, restMs: isLong ? 20 : 60, envOf: (place) => clocks.envOf(place) },
    async (topology, workload) => {
      for (let round = 1; round <= rounds; round += 1) {
        seen.push(
          await jump({ topology, clocks, round, tell: (text) => tell(`round ${round} of ${rounds}: ${text}`) }),
        );
      }
      await checkAlive(workload);
      await workload.stop();
      loops = await countLoops(topology, clocks, isLong ? 2000 : 1000);
      limits = await countMovedLimits(topology.databaseUrl);
    },
  );
  const how = `${rounds} rounds of jumps by ±1 h and ±1 d, ${countAcknowledged(evidence)} acknowledged writes, ${replicas} servers 5 min apart, PostgreSQL`;
  const unwanted = evidence.history.filter(
    ({ phase, code }) => phase === "fail" && /^(?:UNAUTH|INTERNAL)/.test(code ?? ""),
  );
  const wrong = (name: string, isWrong: (one: Seen) => boolean) => zero(name, seen.filter(isWrong).length, how);
  return {
    violations,
    figures: [
      brokenRules(violations, {
        name: "acknowledged writes lost while clocks jump",
        rules: ["I1", "I2", "I3", "I4"],
        how,
      }),
      brokenRules(violations, {
        name: "lists that show something else, or an older version",
        rules: ["I5", "I6"],
        how,
      }),
      brokenRules(violations, { name: "sessions that were signed out and went on", rules: ["I8"], how }),
      zero("calls that failed because of the clock", unwanted.length, how),
      wrong("sessions that a jump forward did not end, though they were past their limit", (one) => !one.isPastEnded),
      wrong("sessions that a jump ended, though they were not", (one) => !one.isYoungAlive),
      zero("sessions whose absolute limit was moved, or their idle one beyond it", limits, how),
      timeWithin(
        { name: "end of a session on all servers after a sign-out, the slowest", mostMs: 2000, how },
        Math.max(...seen.map(({ signOutMs }) => signOutMs)),
      ),
      {
        name: "wake-ups a second of an idle server after jumps, against before",
        target: "≤ 2 ×",
        seen: `${(loops.after / loops.before).toFixed(2)} × (${Math.round(loops.before)} before)`,
        isMet: loops.after <= 2 * loops.before,
        how: `rounds of the event loop over ${isLong ? 2 : 1} s, after +1 h, −1 h, +1 d and −1 d`,
      },
    ],
  };
}

interface Seen {
  readonly isPastEnded: boolean;
  readonly isYoungAlive: boolean;
  readonly signOutMs: number;
}

async function jump(of: {
  readonly topology: Topology;
  readonly clocks: ServerClocks;
  readonly round: number;
  readonly tell: (text: string) => void;
}): Promise<Seen> {
  const { topology, clocks, round, tell } = of;
  const places = topology.servers.map((_, place) => place);
  const set = async (ms: number, timeZone?: string) => {
    tell(`${ms / hour} h`);
    await Promise.all(places.map((place) => clocks.set(topology, place, (apartMs[place] ?? 0) + ms, timeZone)));
    await pause(restMs);
  };
  const enter = (name: string) => Witness.enter(topology.url, `${name}${round}`, places.length * 2);
  const [past, young, lasting] = await Promise.all([enter("past"), enter("young"), enter("lasting")]);
  await past.endIn(topology.databaseUrl, 30);
  await young.endIn(topology.databaseUrl, 180);

  // Back first: nothing has ended by then.
  await set(-hour, "America/St_Johns");
  const wereAlive = (await past.isServed()) && (await young.isServed());
  const ended = past.closed(mostMs);
  await set(hour, "Pacific/Kiritimati");
  const isPastEnded = wereAlive === true && (await ended)?.codes.every((code) => code === 4401) === true;
  const isYoungAlive = (await young.isServed()) === true;
  await set(0);
  // One server alone, by a day.
  await clocks.set(topology, places.length - 1, day);
  await pause(restMs);
  await set(0);
  await clocks.set(topology, places.length - 1, -day);
  await pause(restMs);
  await set(0);
  // Its limits are months away.
  const isStillAlive = (await lasting.isServed()) === true;

  const gone = lasting.closed(mostMs);
  await lasting.signOut();
  const end = await gone;
  return { isPastEnded, isYoungAlive: isYoungAlive && isStillAlive, signOutMs: end?.ms ?? Number.POSITIVE_INFINITY };
}

/** Work goes on. */
async function checkAlive({ history }: Workload): Promise<void> {
  const from = history.now();
  while (!history.events.slice(-200).some(({ t, phase }) => t > from && phase === "ok")) {
    if (history.now() - from > mostMs) throw new Error(`Nothing succeeded for ${mostMs} ms after the last jump.`);
    await pause(10);
  }
}

/** A timer that is set by the clock would be due at once, again and again. */
async function countLoops(topology: Topology, clocks: ServerClocks, forMs: number) {
  await pause(restMs);
  const before = await clocks.loopsPerSecond(topology, 0, forMs);
  for (const ms of [hour, -hour, day, -day]) await clocks.set(topology, 0, ms);
  await pause(restMs);
  return { before, after: await clocks.loopsPerSecond(topology, 0, forMs) };
}

async function countMovedLimits(databaseUrl: string): Promise<number> {
  // Those of witnesses were moved by hand, to be nearer.
  const [row] = await withDatabase(databaseUrl, (read) =>
    read(
      `select count(*) as moved from sessions
       where expires_at > absolute_expires_at or absolute_expires_at > created_at + interval '90 days'`,
    ),
  );
  return Number(row?.["moved"]);
}

function zero(name: string, count: number, how: string): Figure {
  return { name, target: "0", seen: String(count), isMet: count === 0, how };
}

const restMs = 500;
const mostMs = 10_000;
