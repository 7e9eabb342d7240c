import { setTimeout as pause } from "node:timers/promises";

import { readHoldings, type Topology, type TopologyOptions, type Workload } from "@app/workload";

import { type Asked, Bystander, look } from "../bystander.ts";
import type { FaultOptions, FaultReport, Figure } from "../fault.ts";
import { atLeast, atMost, brokenRules, countAcknowledged, noneOf, timeWithin } from "../figures.ts";
import { play } from "../scene.ts";
import { timeUntilSuccess } from "../time-until-success.ts";

import { lockedOut, type Outage, outages } from "./outages.ts";

/** REL-23: PostgreSQL is there and does not answer, in four ways, while people are at work and somebody else asks all the time. */
export async function frozen(options: FaultOptions): Promise<FaultReport> {
  const isLong = options.length === "long";
  const replicas = isLong ? 3 : 2;
  const withNetwork = () => suffer(outages, options, { replicas, hasDatabaseNetwork: true });
  const withOneConnection = () => suffer([lockedOut], options, { replicas: 1, env: { POOL_SIZE: "1" } });
  // The long form's figures are of servers that have the machine for themselves.
  const reports = isLong
    ? [await withNetwork(), await withOneConnection()]
    : await Promise.all([withNetwork(), withOneConnection()]);
  return {
    violations: reports.flatMap(({ violations }) => violations),
    figures: reports.flatMap(({ figures }) => figures),
  };
}

/** What was seen during one outage, and after it. */
interface Suffered {
  readonly outage: Outage;
  readonly seconds: number;
  readonly asked: readonly Asked[];
  /** From its end on, until the workload has its first success and every server is ready. */
  readonly backMs: number;
  /** By how much the heap of any server has grown meanwhile. */
  readonly heapGrowthBytes: number;
}

async function suffer(
  which: readonly Outage[],
  { length, seed, tell }: FaultOptions,
  servers: Pick<TopologyOptions, "replicas" | "hasDatabaseNetwork" | "env">,
): Promise<FaultReport> {
  const isLong = length === "long";
  const suffered: Suffered[] = [];
  // What a statement may take is shorter in the short form, so that all four fit; one lasts until nobody is ready any more.
  const statementMs = isLong ? 5000 : 1500;
  const env = {
    HOLDINGS: "on",
    CALLS_PER_SECOND: "1000",
    CALLS_BURST: "1000",
    STATEMENT_MS: String(statementMs),
    ...servers.env,
  };
  const scene = {
    ...servers,
    database: "postgres",
    seed,
    clients: isLong ? 20 : 6,
    restMs: isLong ? 20 : 60,
    env,
  } as const;
  const { evidence, violations } = await play(scene, async (topology, workload) => {
    const names = Array.from({ length: bystanders }, (_, place) => `bystander${place}`);
    const asking = await Promise.all(names.map((name) => Bystander.arrive(topology.url, name)));
    for (const outage of which) {
      tell(`PostgreSQL ${outage.name}`);
      await pause(500);
      const shortSeconds = outage === outages[0] ? unreadySeconds : statementMs / 1000 + 1;
      const seconds = isLong ? outage.seconds : shortSeconds;
      suffered.push(await watch(outage, seconds, { topology, workload, asking }));
    }
  });
  const how = `${countAcknowledged(evidence)} acknowledged writes, ${scene.replicas} servers, PostgreSQL`;
  return {
    violations,
    figures: [
      ...suffered.flatMap((one) => judge(one, statementMs)),
      brokenRules(violations, { name: "acknowledged writes lost", rules: ["I1"], how }),
      brokenRules(violations, { name: "refused writes found, or keys used twice", rules: ["I2", "I3"], how }),
      brokenRules(violations, { name: "servers that ended", rules: ["I10"], how }),
      brokenRules(violations, {
        name: "other answers to the workload than a success or a clean refusal",
        rules: ["I11"],
        how,
      }),
    ],
  };
}

/** By then a server says that it is not ready: it asks once in a second, is patient for three, and takes one to say so. */
const unreadySeconds = 6;

/** Each asks one thing after the other. */
const bystanders = 8;

async function watch(
  outage: Outage,
  seconds: number,
  scene: { readonly topology: Topology; readonly workload: Workload; readonly asking: readonly Bystander[] },
): Promise<Suffered> {
  const { servers } = scene.topology;
  const heapsBefore = await readHeaps(servers);
  const end = await outage.begin(scene.topology);
  const until = performance.now() + seconds * 1000;
  const asked: Asked[] = [];
  const keep = async (restMs: number, ask: () => Promise<Asked>) => {
    for (; performance.now() < until; await pause(restMs)) asked.push(await ask());
  };
  const over = Promise.all([
    ...scene.asking.flatMap((one) => [keep(20, () => one.read()), keep(20, () => one.write())]),
    ...servers.flatMap(({ url }) => [keep(200, () => look("/healthz", url)), keep(200, () => look("/readyz", url))]),
  ]);
  await pause(seconds * 1000);
  const heaps = await readHeaps(servers);
  const heapGrowthBytes = Math.max(...heaps.map((bytes, index) => bytes - (heapsBefore[index] ?? Number.NaN)));
  const endedAt = performance.now();
  await end();
  await Promise.all([timeUntilSuccess(scene.workload), ...servers.map(({ url }) => untilReady(url))]);
  const backMs = performance.now() - endedAt;
  await over;
  return { outage, seconds, asked, backMs, heapGrowthBytes };
}

async function untilReady(url: string): Promise<void> {
  const deadline = performance.now() + 60_000;
  while ((await look("/readyz", url)).status !== 200) {
    if (performance.now() > deadline) throw new Error(`${url} is not ready a minute after PostgreSQL is back.`);
    await pause(20);
  }
}

/** After a collection. */
function readHeaps(servers: Topology["servers"]): Promise<readonly number[]> {
  return Promise.all(servers.map(async (server) => (await readHoldings(server)).heapBytes));
}

function judge({ outage, seconds, asked, backMs, heapGrowthBytes }: Suffered, statementMs: number): Figure[] {
  const calls = asked.filter(({ path }) => !path.startsWith("/"));
  const alive = asked.filter(({ path }) => path === "/healthz");
  const unready = asked.filter(({ path, status }) => path === "/readyz" && status === 503);
  const how = `PostgreSQL ${outage.name} for ${seconds} s; ${calls.length} calls over HTTP`;
  const name = (what: string) => `${what}, while PostgreSQL ${outage.name}`;
  const tell = (some: readonly Asked[]) => some.map(({ path, tookMs, status }) => `${path}: ${status}, ${tookMs} ms`);
  const busy = calls.filter(({ status }) => status === 503);
  // 404: what is changed is not there.
  const odd = calls.filter(({ status }) => ![200, 404, 503].includes(status ?? 0));
  const longest = (path: string) => Math.max(...calls.filter((one) => one.path === path).map(({ tookMs }) => tookMs));
  return [
    atLeast({ name: name("calls refused with 503"), least: 1, how }, busy.length),
    noneOf(tell(odd), { name: name("calls answered otherwise than with success or 503"), how }),
    timeWithin(
      {
        name: name("longest wait of a read"),
        mostMs: statementMs + 500,
        how: `a statement has ${statementMs} ms; ${how}`,
      },
      longest("note.list"),
    ),
    timeWithin(
      {
        name: name("longest wait of a write"),
        mostMs: statementMs + 500,
        how: `a statement has ${statementMs} ms; ${how}`,
      },
      longest("note.update"),
    ),
    noneOf(tell(alive.filter(({ status }) => status !== 200)), {
      name: name("looks at /healthz that were not answered with 200"),
      how: `${alive.length} looks; ${how}`,
    }),
    timeWithin(
      { name: name("longest wait of a look at /healthz"), mostMs: 1000, how: `${alive.length} looks; ${how}` },
      Math.max(...alive.map(({ tookMs }) => tookMs)),
    ),
    // With a table locked it is as ready as before: what it checks is whether the database answers.
    ...(outage === lockedOut || seconds < unreadySeconds
      ? []
      : [atLeast({ name: name("looks at /readyz answered with 503"), least: 1, how }, unready.length)]),
    atMost({ name: name("growth of the heap, after a collection"), most: 20, unit: "MB", how }, heapGrowthBytes / 1e6),
    timeWithin({ name: `back after PostgreSQL ${outage.name}`, mostMs: 10_000, how }, backMs),
  ];
}
