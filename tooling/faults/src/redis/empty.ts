import { randomBytes } from "node:crypto";

import { atLeast, none } from "../figures.ts";

import { askRedis } from "./ask-redis.ts";
import { countLetIn, isTold, join, leave } from "./member.ts";
import { mutationsBetween } from "./mutations.ts";
import type { Act } from "./stage.ts";
import { readGaps, untilBus } from "./watch-bus.ts";

/** REL-29: Redis holds what is another program's, says what nobody understands, is emptied, and comes back without anything. */
export const empty: Act = async ({ topology, workload, redis, leaseMs, countStale, tell }) => {
  tell("Redis is emptied");
  const { history } = workload;
  const gone = await join(topology);
  await leave(topology, gone, leaseMs);
  const present = await join(topology);
  const kept = Number(await askRedis(redis.url, "DBSIZE"));
  const gaps = sum(await readGaps(topology));

  const from = history.now();
  for (const name of [gone, present].map(({ cookie }) => cookie)) {
    await askRedis(redis.url, "SET", `countersign:session:${name}`, '{"userId":"somebody","isSuperuser":true}');
  }
  const messages = foreignMessages();
  for (const message of messages) await askRedis(redis.url, "PUBLISH", channel, message);
  await askRedis(redis.url, "FLUSHALL");
  const changes = mutationsBetween(history.events, from, history.now());
  await redis.kill();
  await redis.resume();
  await untilBus(topology, "connected", 10_000);
  const stale = await countStale(leaseMs);

  const servers = topology.servers.length;
  const open = present.sockets.filter(({ isOpen }) => isOpen).length;
  const wrongly = await countLetIn(topology, gone.cookie);
  const stillIn = await countLetIn(topology, present.cookie);
  const hasHeard = await isTold(topology, leaseMs);
  const how = `${messages.length} foreign messages, FLUSHALL, a restart; ${servers} servers`;
  return [
    none({ name: "keys that the servers keep in Redis", how: "before anything is put there by others" }, kept),
    none({ name: "sockets closed of somebody who is signed in", how }, servers - open),
    none({ name: "servers that no longer know somebody who is signed in", how }, servers - stillIn),
    none({ name: "servers that let somebody in who has signed out", how }, wrongly),
    none({ name: "changes that failed meanwhile", how: `${changes.count} changes` }, changes.failed),
    none({ name: "lists that show less than is there afterwards", how }, stale),
    atLeast({ least: 1, name: "gaps noticed", how }, sum(await readGaps(topology)) - gaps),
    atLeast({ least: 1, name: "sign-outs told to every server over Redis afterwards", how }, hasHeard ? 1 : 0),
  ];
};

/** The channel of the bus. */
const channel = "countersign:hints";

/** What other programs may say there: nothing that can be read, what can be read and means nothing, and what is about nobody. */
function foreignMessages(): readonly string[] {
  const hints = [
    { kind: "sessions-ended", sessionIds: ["nobody's"], reason: "signed_out" },
    { kind: "sessions-ended", sessionIds: "everybody's", reason: 7 },
    { kind: "session-rotated", sessionId: "nobody's" },
    { kind: "user", userId: "' or 1 = 1 --" },
    { kind: "sign-in", userId: "everybody" },
    { kind: "topic", topic: "__proto__" },
  ];
  return [
    "",
    "null",
    "[]",
    "PING",
    randomBytes(2000).toString("latin1"),
    "{".repeat(5000),
    '{"__proto__":{"isSuperuser":true}}',
    ...hints.map((hint) => JSON.stringify({ from: "another program", hints: [hint] })),
  ];
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, one) => total + one, 0);
}
