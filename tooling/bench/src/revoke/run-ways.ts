import { setTimeout as pause } from "node:timers/promises";

import type { Settings } from "@countersign/contract";

import { monotonicMs } from "../monotonic-clock.ts";
import type { ScratchFolder } from "../scratch-folder.ts";
import type { ReplicaBus } from "../side/side.ts";
import { type SideProcess, startSide } from "../side/start-side.ts";
import type { Member } from "../sides/countersign-members.ts";
import { isUntouched, watchSnapshots } from "../wire/watch-snapshots.ts";

import { type LogoutProvider, startLogoutProvider } from "./logout-provider.ts";
import { fillReplicasDatabase, type ReplicasDatabase } from "./replicas-database.ts";
import { sessionEnded } from "./run-scenarios.ts";
import { openVictimSockets, type VictimSocket } from "./victim-sockets.ts";
import type { Way } from "./ways.ts";

export interface ReplicasPlan {
  readonly label: string;
  readonly bus: ReplicaBus;
  readonly settings: Partial<Settings>;
  /** Nothing tells of changes: neither a bus nor the database. */
  readonly isSilent: boolean;
}

export interface RunWaysOptions {
  readonly ways: readonly Way[];
  readonly rounds: number;
  readonly replicas: number;
  /** Sockets of others, a session each, spread over the replicas. */
  readonly bystanders: number;
  readonly databaseUrl: string;
  readonly scratch: ScratchFolder;
  readonly tell: (text: string) => void;
}

/** Milliseconds from the commit to the last thing shown, one for each round. */
export type Figures = Map<Way, number[]>;

/**
 * Takes access away in each of these ways, from users with three sockets for each of two sessions on each replica.
 *
 * @throws when a socket is not closed, or goes on being shown what it may not see; or a bystander notices anything
 */
export async function runWays(plan: ReplicasPlan, options: RunWaysOptions): Promise<Figures> {
  const { ways, rounds, replicas, bystanders, databaseUrl, scratch, tell } = options;
  const counts = [
    1,
    ...Array.from({ length: bystanders }, () => 1),
    ...Array.from({ length: ways.length * rounds }, () => 2),
  ];
  await using stack = new AsyncDisposableStack();
  const database = stack.use(await fillReplicasDatabase(databaseUrl, counts));
  const [admin, ...members] = database.members;
  const others = members.splice(0, bystanders);
  if (plan.isSilent) await database.silence();

  const mailFile = scratch.file(`mails ${plan.label}`);
  const settings = { SESSION_FRESH_SECONDS: 86_400, MAILS_PER_HOUR: 1_000_000, ...plan.settings };
  const provider = stack.use(await startLogoutProvider());
  const { name, issuer, clientId } = provider;
  const known = { name, issuer, clientId };
  const sidePlan = { name: "replica", databaseUrl, bus: plan.bus, mailFile, settings, provider: known } as const;
  const sides = await Promise.all(Array.from({ length: replicas }, () => startSide(sidePlan)));
  for (const side of sides) stack.use(side);
  const watching = await Promise.all(
    sides.map(async ({ port }, index) => {
      const own = others.filter((_, number) => number % replicas === index);
      return own.length === 0 ? [] : watchSnapshots({ port, cookies: own.map(cookieOf) });
    }),
  );

  const adminCookie = cookieOf(admin);
  const found: Figures = new Map();
  for (const way of ways) {
    tell(`${plan.label}: a user ${way.label}`);
    const rest = { database, adminCookie, mailFile, provider };
    const victims = members.splice(0, rounds);
    const run = (victim: Member, round: number) => runRound(way, { ...rest, sides, victim, round, plan });
    // What takes seconds is waited for by some together.
    const isSlow = plan.isSilent || way.label === "the session expires";
    found.set(way, await inGroups(victims, isSlow ? 5 : 1, run));
  }

  const touched = watching.flat().filter((socket) => !isUntouched(socket)).length;
  for (const socket of watching.flat()) socket.destroy();
  if (touched > 0) throw new Error(`${touched} sockets of others noticed what was not theirs.`);
  return found;
}

/** So many at a time. */
async function inGroups<Item, Result>(
  items: readonly Item[],
  size: number,
  run: (item: Item, index: number) => Promise<Result>,
): Promise<Result[]> {
  const results: Result[] = [];
  for (let start = 0; start < items.length; start += size) {
    const group = items.slice(start, start + size);
    results.push(...(await Promise.all(group.map((item, index) => run(item, start + index)))));
  }
  return results;
}

interface Round {
  readonly database: ReplicasDatabase;
  readonly adminCookie: string;
  readonly mailFile: string;
  readonly provider: LogoutProvider;
  readonly sides: readonly SideProcess[];
  readonly victim: Member;
  readonly round: number;
  readonly plan: ReplicasPlan;
}

async function runRound(way: Way, { sides, round, plan, ...rest }: Round): Promise<number> {
  const [side] = sides.slice(round % sides.length);
  if (!side) throw new Error("There is a replica.");
  const means = { ...rest, side };
  await way.prepare?.(means);
  const sockets = await openVictimSockets(sides, rest.victim);
  // At any moment between two renewals of the leases.
  await pause(Math.random() * (plan.isSilent ? 2500 : 20));
  const committedAt = await way.take(means);
  const lastAt = way.ended.length === 0 ? await lastShown(sockets) : await lastByte(sockets, way.ended);
  for (const { socket } of sockets) socket.destroy();
  return lastAt - committedAt;
}

/** When the last byte came on the last of the sockets that were to be closed. */
async function lastByte(sockets: readonly VictimSocket[], ended: readonly number[]): Promise<number> {
  const concerned = sockets.filter(({ session }) => ended.includes(session));
  const ends = await Promise.all(concerned.map(({ socket }) => within(socket.ended)));
  const other = ends.find(({ code }) => code !== sessionEnded);
  if (other) throw new Error(`A socket was closed with ${other.code} instead of ${sessionEnded}.`);
  return Math.max(...ends.map(({ lastByteAt }) => lastByteAt));
}

/** When the last of the sockets was shown something by the old right, or told that it is gone; whichever was later. */
async function lastShown(sockets: readonly VictimSocket[]): Promise<number> {
  const deadline = monotonicMs() + longestMs;
  while (sockets.some((each) => each.withdrawnAt === null || (each.refusedAt === null && !each.isQuiet))) {
    if (monotonicMs() > deadline) throw new Error("Somebody goes on being shown what they may not see.");
    await pause(5);
  }
  return Math.max(...sockets.map(({ lastShownAt, withdrawnAt }) => Math.max(lastShownAt, withdrawnAt ?? 0)));
}

const longestMs = 15_000;

async function within<Value>(promise: Promise<Value>): Promise<Value> {
  const late = Promise.withResolvers<never>();
  const timer = setTimeout(() => late.reject(new Error("A socket was not closed.")), longestMs);
  try {
    return await Promise.race([promise, late.promise]);
  } finally {
    clearTimeout(timer);
  }
}

function cookieOf(member: Member | undefined): string {
  const cookie = member?.sessions[0]?.cookie;
  if (cookie === undefined) throw new Error("The user has a session.");
  return cookie;
}
