import { setTimeout as pause } from "node:timers/promises";

import { limitMemory, openStalledReaders, type Violation, withDatabase } from "@app/workload";

import { loseAnswers } from "../answers/lose-answers.ts";
import { play } from "../scene.ts";

import { missChanges } from "./miss-changes.ts";

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
  how: "answers cut off 4 times, SQLite",
  async run({ isOff, seed }) {
    const { violations } = await play({ database: "sqlite", seed, clients: 6 }, async ({ databaseUrl, balancer }) => {
      if (isOff) await forgetKeys(databaseUrl);
      await loseAnswers(balancer, 4);
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
    const scene = { database: "sqlite", seed, clients: 6, switchedOff, weights } as const;
    const { violations } = await play(scene, async (_, { history }) => {
      const hasTried = () => history.events.filter(({ op, phase }) => op === "useOldSession" && phase !== "invoke");
      while (hasTried().length < signOutsTried) await pause(50);
    });
    return violations;
  },
};

/** Each time the old session is tried over HTTP, and over the socket it had. */
const signOutsTried = 4;

const withoutGaps: Control = {
  name: "the gap handler",
  rule: "I5",
  how: "everybody's lists on one of 2 servers, and what the other changes told while the bus of the first is cut, PostgreSQL",
  run: (options) => missChanges("postgres", options),
};

const withoutGapsOnRedis: Control = {
  name: "the gap handler, over Redis",
  rule: "I5",
  how: "everybody's lists on one of 2 servers, and what the other changes told while the subscription of the first is cut, PostgreSQL",
  run: (options) => missChanges("redis", options),
};

const withoutBackpressure: Control = {
  name: "backpressure",
  rule: "I10",
  how: "10 sockets that read nothing, 1 MB per change, killed beyond 400 MB, SQLite",
  async run({ isOff, seed }) {
    const switchedOff = isOff ? (["backpressure"] as const) : [];
    const { violations } = await play({ database: "sqlite", seed, clients: 2, switchedOff }, async (topology) => {
      const [server] = topology.servers;
      if (!server) return;
      using stalled = await openStalledReaders(10, { url: topology.url, name: "staller", bodyLength: 10_000 });
      stalled.stall();
      const stopWatching = limitMemory(server, 400);
      for (let count = 0; count < 80; count += 1) if (!(await stalled.change())) break;
      if (stopWatching()) {
        while (server.pid !== null) await pause(10);
        await server.start();
      }
      // Not of the workload, whose checker knows all rows there should be.
      await withDatabase(topology.databaseUrl, (run) =>
        run("delete from notes where owner_id in (select id from users where username = 'staller')"),
      );
    });
    return violations;
  },
};

const withoutSynchronousCommits: Control = {
  name: "synchronous_commit",
  rule: "I1",
  how: "2 immediate restarts of PostgreSQL, 1 server",
  async run({ isOff, seed }) {
    const common = { database: "postgres", replicas: 1, seed, clients: 8 } as const;
    const urlSuffix = isOff ? "?options=-c%20synchronous_commit%3Doff" : "";
    // Lists that show what was lost never come to show what is there.
    const settleMs = isOff ? 500 : 10_000;
    const { violations } = await play({ ...common, urlSuffix, settleMs }, async ({ postgres }) => {
      if (!postgres) return;
      // What is written down late is lost more often.
      await withDatabase(postgres.url, async (run) => {
        await run("alter system set wal_writer_delay = '10s'");
        await run("select pg_reload_conf()");
      });
      for (let count = 0; count < 2; count += 1) {
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
