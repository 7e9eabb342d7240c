import { setTimeout as pause } from "node:timers/promises";

import type { Evidence, Exit, FinalState, Sight } from "./checker/evidence.ts";
import { isUpToDate } from "./checker/views.ts";
import type { Crew } from "./client/crew.ts";
import { Gate } from "./client/gate.ts";
import { Program, type Weights } from "./client/program.ts";
import { WorkloadClient } from "./client/workload-client.ts";
import { History } from "./history.ts";
import { Random } from "./random.ts";

export interface WorkloadOptions {
  /** Where browsers reach the site. */
  readonly url: string;
  readonly seed: number;
  /** 20 when it is left out. Each is a user of its own. */
  readonly clients?: number;
  /** How long each rests between two things, at most; 20. */
  readonly restMs?: number;
  /** What is done how often, instead of the standard. */
  readonly weights?: Weights;
  /** Where the history is written, a JSON line per event. */
  readonly historyFile?: string | null;
}

/** The standard workload, under way. */
export interface Workload {
  readonly clients: readonly WorkloadClient[];
  readonly history: History;
  /**
   * Lets everybody finish what they have begun and rest, until every open list shows what is there or the time is up; then they
   * go on, as soon as `meanwhile` is done. Resolves with the number of lists that did not.
   */
  rest(read: () => Promise<FinalState>, withinMs: number, meanwhile?: () => Promise<void>): Promise<number>;
  /** Lets everybody finish what they have begun. */
  stop(): Promise<void>;
  /** Waits until every open list shows what is there, or the time is up; ten seconds when none is given. */
  untilShown(read: () => Promise<FinalState>, withinMs?: number): Promise<FinalState>;
  /**
   * Waits until every open list shows what is there, or the time is up, and closes all. What is found is for the checker.
   *
   * @param read reads the database, past the servers
   */
  settle(read: () => Promise<FinalState>, exits: () => readonly Exit[], withinMs?: number): Promise<Evidence>;
}

/** Makes the accounts, opens the lists and begins. It resolves when all are at work. */
export async function startWorkload(options: WorkloadOptions): Promise<Workload> {
  const { url, seed, clients: size = 20, restMs = 20 } = options;
  const random = new Random(seed);
  const history = new History(options.historyFile ?? null);
  const sights: Sight[] = [];
  const clients = Array.from(
    { length: size },
    (_, place) => new WorkloadClient({ name: `worker${place}`, url, random: random.fork(place), history, sights }),
  );
  const crew: Crew = { clients, projects: new Map(), members: new Map() };
  const programs = clients.map((_, place) => new Program(crew, place, options.weights ?? null));
  await Promise.all(clients.map((client) => client.begin()));
  await Promise.all(programs.map((program) => program.makeProject()));
  await Promise.all(programs.map((program) => program.inviteGuests()));

  const stopping = new AbortController();
  const gate = new Gate(size);
  const running = programs.map((program, place) => {
    const rest = random.fork(size + place);
    return program.run(stopping.signal, async () => {
      await pause(rest.whole(0, restMs));
      await gate.pass();
    });
  });
  // Whoever stops before the end is noticed by `stop`.
  for (const one of running) one.catch(() => {});

  async function stop(): Promise<void> {
    stopping.abort();
    gate.open();
    await Promise.all(running);
  }

  function views() {
    return clients.flatMap((client) => client.finalViews());
  }

  /** What is there in the end, and whether every list shows it is for others to say. */
  async function untilShown(read: () => Promise<FinalState>, withinMs = 10_000): Promise<FinalState> {
    const deadline = performance.now() + withinMs;
    let final = await read();
    while (performance.now() < deadline && !views().every((view) => isUpToDate(final, view))) {
      await pause(50);
      final = await read();
    }
    return final;
  }

  return {
    clients,
    history,
    stop,
    untilShown,
    async rest(read, withinMs, meanwhile) {
      // Whoever has failed never waits there.
      await Promise.race([gate.close(), Promise.all(running)]);
      const final = await untilShown(read, withinMs);
      const stale = views().filter((view) => !isUpToDate(final, view)).length;
      await meanwhile?.();
      gate.open();
      return stale;
    },
    async settle(read, exits, withinMs) {
      await stop();
      const final = await untilShown(read, withinMs);
      const shown = views();
      for (const client of clients) client.close();
      return {
        history: history.events,
        sights,
        final,
        views: shown,
        exits: exits(),
        defects: clients.flatMap(({ defects }) => defects),
      };
    },
  };
}
