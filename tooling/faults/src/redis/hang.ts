import { setTimeout as pause } from "node:timers/promises";

import { atLeast, none, timeBelowTwice, timeWithin } from "../figures.ts";

import { isTold, join, leave } from "./member.ts";
import { mutationsBetween } from "./mutations.ts";
import type { Act } from "./stage.ts";
import { untilBus } from "./watch-bus.ts";

/** REL-28: Redis takes what it is sent and answers nothing. */
export const hang: Act = async ({ topology, workload, redis, base, leaseMs, isLong, countStale, tell }) => {
  const { history } = workload;
  tell("Redis hangs");
  redis.freeze();
  const from = history.now();
  const givenUpMs = await untilBus(topology, "away", patienceMs);
  const end = await leave(topology, await join(topology), leaseMs);
  await pause(Math.max(0, (isLong ? 30_000 : 3000) - (history.now() - from)));
  const changes = mutationsBetween(history.events, from, history.now());
  const stale = await countStale(leaseMs + roundMs);
  redis.thaw();
  const backMs = await untilBus(topology, "connected", patienceMs);
  const hasHeard = await isTold(topology, leaseMs);

  const how = `Redis stopped for ${isLong ? 30 : 3} s, ${changes.count} changes`;
  return [
    none({ name: "changes that failed while Redis hung", how }, changes.failed),
    none({ name: "servers that did not give it up", how }, Number.isFinite(givenUpMs) ? 0 : 1),
    timeWithin({ name: "until the last server has given it up", mostMs: 6000, how }, givenUpMs),
    timeWithin({ name: "longest change while Redis hung", mostMs: 500, how }, changes.longestMs),
    timeBelowTwice({ name: "p99 of changes while Redis hung", how }, changes.p99Ms, base.p99Ms),
    none({ name: "sessions ended meanwhile whose sockets outlived the lease", how }, end.tookMs > leaseMs ? 1 : 0),
    none({ name: "lists that show less than is there a lease later", how }, stale),
    timeWithin({ name: "connected again after Redis goes on", mostMs: 5000, how }, backMs),
    atLeast({ least: 1, name: "sign-outs told to every server over Redis once it goes on", how }, hasHeard ? 1 : 0),
  ];
};

/** The same when all it is sent and all it answers is late. */
export const slowDown: Act = async ({ topology, workload, network, base, leaseMs, isLong, countStale, tell }) => {
  const { history } = workload;
  tell("Redis is slow");
  network.set({ delayMs });
  const from = history.now();
  const end = await leave(topology, await join(topology), leaseMs);
  await pause(isLong ? 30_000 : 1000);
  const changes = mutationsBetween(history.events, from, history.now());
  const stale = await countStale(leaseMs + roundMs);
  network.set({});

  const how = `Redis ${delayMs} ms away each way for ${isLong ? 30 : 1} s, ${changes.count} changes`;
  return [
    none({ name: "changes that failed while Redis was slow", how }, changes.failed),
    timeWithin({ name: "longest change while Redis was slow", mostMs: 500, how }, changes.longestMs),
    timeBelowTwice({ name: "p99 of changes while Redis was slow", how }, changes.p99Ms, base.p99Ms),
    none({ name: "sessions ended meanwhile whose sockets outlived the lease", how }, end.tookMs > leaseMs ? 1 : 0),
    none({ name: "lists that show less than is there a lease later", how }, stale),
  ];
};

const delayMs = 200;
const roundMs = 1000;
const patienceMs = 15_000;
