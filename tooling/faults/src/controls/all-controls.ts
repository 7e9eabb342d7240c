import { setTimeout as pause } from "node:timers/promises";

import { limitMemory, openStalledReaders, readFinalState, type Violation, withDatabase } from "@app/workload";

import { loseAnswers } from "../answers/lose-answers.ts";
import { askRedis } from "../redis/ask-redis.ts";
import { play } from "../scene.ts";

/** A protection that can be taken away, and what goes wrong without it. */
export interface Control {
  readonly name: string;
  /** The rule that is broken without it. */
  readonly rule: string;
  readonly how: string;
  run(options: { readonly isOff: boolean; readonly seed: number }): Promise<readonly Violation[]>;
}

const withoutIdempotency: Control = {
  name: "idempotency keys",
  rule: "I3",
  how: "answers cut off 8 times, SQLite",
  async run({ isOff, seed }) {
    const { violations } = await play({ database: "sqlite", seed, clients: 6 }, async ({ databaseUrl, balancer }) => {
      if (isOff) await forgetKeys(databaseUrl);
      await loseAnswers(balancer, 8);
    });
    return violations;
  },
};

/** The row of a key is gone as soon as it is written: a retry finds nothing. */
function forgetKeys(databaseUrl: string): Promise<unknown> {
  return withDatabase(databaseUrl, (run) =>
    run(
      `create trigger workload_forgets_keys after insert on idempotency_keys begin
         delete from idempotency_keys where user_id = new.user_id and procedure = new.procedure and key = new.key;
       end`,
    ),
  );
}

const withoutRevocation: Control = {
  name: "revocation",
  rule: "I8",
  how: "sessions read once and never again, SQLite",
  async run({ isOff, seed }) {
    const switchedOff = isOff ? (["revocation"] as const) : [];
    const weights = { createNote: 4, listNotes: 4, signOut: 1 };
    const { violations } = await play({ database: "sqlite", seed, clients: 6, switchedOff, weights }, () =>
      pause(2500),
    );
    return violations;
  },
};

const withoutGaps: Control = {
  name: "the gap handler",
  rule: "I5",
  how: "everybody's lists on one of 2 servers, and what the other changes told while the bus of the first is cut, PostgreSQL",
  async run({ isOff, seed }) {
    const switchedOff = isOff ? (["gap"] as const) : [];
    const scene = {
      database: "postgres",
      replicas: 2,
      seed,
      clients: 4,
      switchedOff,
      hasOwnBusNetworks: true,
    } as const;
    const { violations } = await play({ ...scene, settleMs: isOff ? 2000 : 10_000 }, async (topology, workload) => {
      const { balancer, busNetworks, databaseUrl } = topology;
      const [changing, showing] = balancer.ports;
      if (changing === undefined || showing === undefined) throw new Error("There are two servers.");
      balancer.ports = [showing];
      balancer.cut();
      await pause(700);
      await workload.stop();
      await workload.untilShown(() => readFinalState(databaseUrl));

      for (const network of busNetworks) network.refuse();
      for (const network of busNetworks) network.cut();
      balancer.ports = [changing];
      for (const client of workload.clients) await client.createNoteOverHttp();
      // Hints wait for a connection: those of the one who is back first are told to nobody.
      busNetworks[0]?.accept();
      await untilTold(databaseUrl);
      busNetworks[1]?.accept();
    });
    return violations;
  },
};

/** Waits until the one connection of a bus that there is has told what had waited for it. */
async function untilTold(databaseUrl: string): Promise<void> {
  const told = `select 1 from pg_stat_activity where application_name = 'countersign bus'
    and query like 'select pg_notify%' and state = 'idle'`;
  await withDatabase(databaseUrl, async (read) => {
    while ((await read(told)).length === 0) await pause(20);
  });
}

const withoutGapsOnRedis: Control = {
  name: "the gap handler, over Redis",
  rule: "I5",
  how: "the subscription of one of 2 servers killed while that one stands still for 0.7 s, PostgreSQL",
  async run({ isOff, seed }) {
    const switchedOff = isOff ? (["gap"] as const) : [];
    const common = { database: "postgres", bus: "redis", replicas: 2, seed, clients: 8, switchedOff } as const;
    const { violations } = await play({ ...common, settleMs: 4000 }, async ({ redis, servers: [server] }, workload) => {
      const pid = server?.pid ?? null;
      if (!redis || pid === null) return;
      await pause(500);
      process.kill(pid, "SIGSTOP");
      await askRedis(redis.url, "CLIENT", "KILL", "TYPE", "pubsub");
      await pause(700);
      // What is changed at the other one until now is the last that is changed, but for what the first one has begun.
      const stopping = workload.stop();
      process.kill(pid, "SIGCONT");
      await stopping;
    });
    return violations;
  },
};

const withoutBackpressure: Control = {
  name: "backpressure",
  rule: "I10",
  how: "10 sockets that read nothing, 1 MB per change, killed beyond 600 MB, SQLite",
  async run({ isOff, seed }) {
    const switchedOff = isOff ? (["backpressure"] as const) : [];
    const { violations } = await play({ database: "sqlite", seed, clients: 2, switchedOff }, async (topology) => {
      const [server] = topology.servers;
      if (!server) return;
      using stalled = await openStalledReaders(10, { url: topology.url, name: "staller", bodyLength: 10_000 });
      stalled.stall();
      const stopWatching = limitMemory(server, 600);
      for (let count = 0; count < 80 && server.pid !== null; count += 1) await stalled.change();
      stopWatching();
      if (server.pid === null) await server.start();
    });
    return violations;
  },
};

const withoutSynchronousCommits: Control = {
  name: "synchronous_commit",
  rule: "I1",
  how: "3 immediate restarts of PostgreSQL, 1 server",
  async run({ isOff, seed }) {
    const common = { database: "postgres", replicas: 1, seed, clients: 8 } as const;
    const urlSuffix = isOff ? "?options=-c%20synchronous_commit%3Doff" : "";
    const { violations } = await play({ ...common, urlSuffix }, async ({ postgres }) => {
      if (!postgres) return;
      // What is written down late is lost more often.
      await withDatabase(postgres.url, async (run) => {
        await run("alter system set wal_writer_delay = '10s'");
        await run("select pg_reload_conf()");
      });
      for (let count = 0; count < 3; count += 1) {
        await pause(700);
        await postgres.halt("immediate");
        await postgres.resume();
      }
      await pause(300);
    });
    return violations;
  },
};

export const controls: readonly Control[] = [
  withoutIdempotency,
  withoutRevocation,
  withoutBackpressure,
  withoutGaps,
  withoutGapsOnRedis,
  withoutSynchronousCommits,
];
