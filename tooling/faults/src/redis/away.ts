import { setTimeout as pause } from "node:timers/promises";

import { atLeast, none, shareOf, timeWithin } from "../figures.ts";

import { type End, guess, isTold, join, leave, register } from "./member.ts";
import { mutationsBetween } from "./mutations.ts";
import type { Act } from "./stage.ts";
import { untilBus } from "./watch-bus.ts";

/** REL-25: Redis is killed, one server starts without it, people work on, and it comes back. */
export const takeAway: Act = async ({ topology, workload, redis, leaseMs, isLong, countStale, tell }) => {
  const { history } = workload;
  // Before: what a registration says of the attempts of its user is written a moment later, and is none of these.
  const { name } = await register(topology);
  tell("Redis is killed");
  await redis.kill();
  const last = topology.servers.at(-1);
  await last?.kill();
  await last?.start();

  const from = history.now();
  const ends: End[] = [await leave(topology, await join(topology), leaseMs)];
  const looked = await guess(topology, name, guesses);
  await pause(Math.max(0, (isLong ? 60_000 : 1000) - (history.now() - from)));
  ends.push(await leave(topology, await join(topology), leaseMs));
  const changes = mutationsBetween(history.events, from, history.now());
  const stale = await countStale(leaseMs + roundMs);
  const awayMs = history.now() - from;

  await redis.resume();
  const backMs = await untilBus(topology, "connected", patienceMs);
  const hasHeard = await isTold(topology, leaseMs);
  const how = `Redis killed for ${(awayMs / 1000).toFixed(0)} s, one server started meanwhile, ${changes.count} changes`;
  const replicas = topology.servers.length;
  return [
    shareOf(
      { name: "changes that succeeded while Redis was away", least: 0.99, how, row: "redisAway" },
      changes.count - changes.failed,
      changes.count,
    ),
    none({ name: "changes that failed while Redis was away", how }, changes.failed),
    none({ name: "lists that show less than is there a lease later", how }, stale),
    none(
      { name: "guesses at a password beyond the limit", how: `${guesses} made, over ${replicas} servers` },
      Math.max(0, looked - guessesAllowed),
    ),
    none(
      { name: "sessions ended meanwhile whose sockets outlived the lease", how },
      ends.filter(({ tookMs }) => tookMs > leaseMs).length,
    ),
    timeWithin(
      { name: "from a sign-out to its last socket while Redis is away, slowest", mostMs: leaseMs, how },
      Math.max(...ends.map(({ tookMs }) => tookMs)),
    ),
    timeWithin({ name: "connected again after Redis is back", mostMs: 5000, how }, backMs),
    atLeast({ least: 1, name: "sign-outs told to every server over Redis once it is back", how }, hasHeard ? 1 : 0),
  ];
};

/** What `LOGIN_ATTEMPTS` is here. */
export const guessesAllowed = 5;
const guesses = 8;
/** What reading all lists again may take on a busy machine. */
const roundMs = 1000;
const patienceMs = 10_000;
