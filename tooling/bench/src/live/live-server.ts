import { setTimeout as pause } from "node:timers/promises";

import type { Project } from "../rows/fill-projects.ts";
import type { SideProcess } from "../side/start-side.ts";
import { WireClient } from "../wire/wire-client.ts";

import { makeChanges } from "./make-changes.ts";
import { Subscribers } from "./subscribers.ts";

/** What one measurement of live lists found. */
export interface LiveFigures {
  readonly serverMicrosecondsPerFrame: number;
  readonly serverMicrosecondsPerChange: number;
  /** Of each change: from its commit until the last one was shown it. */
  readonly msToLast: readonly number[];
  /** To each subscriber that sees the changes. */
  readonly framesPerChange: number;
  readonly readsPerChange: number;
  readonly sessionReadsPerChange: number;
  readonly bytesPerFrame: number;
}

interface Measurement {
  readonly figures: LiveFigures;
  /** What one of the subscribers was sent. */
  readonly texts: readonly string[];
}

interface Plan {
  readonly others: number;
  readonly changes: number;
  readonly everyMs: number;
  /** For how long the server is watched while nothing happens. */
  readonly idleMs: number;
}

/** A server with projects, the first of which is changed. */
export class LiveServer {
  readonly #side: SideProcess;
  readonly #projects: readonly [Project, ...Project[]];
  /** Over all measurements: the versions rise with them. */
  #changes = 0;

  constructor(side: SideProcess, projects: readonly Project[]) {
    const [first, ...others] = projects;
    if (!first) throw new Error("There is no project to be changed.");
    this.#side = side;
    this.#projects = [first, ...others];
  }

  /** With those who watch the first project, and those of so many others. */
  async measure(plan: Plan): Promise<Measurement> {
    const [watched, ...others] = this.#projects;
    const [editor] = watched.members;
    const subscribers = new Subscribers(this.#side.port, watched);
    const client = await WireClient.open(this.#side.port, editor?.sessions[0]?.cookie ?? "");
    try {
      await subscribers.add([watched, ...others.slice(0, plan.others)]);
      return await this.#measureChanges(subscribers, client, watched, plan);
    } finally {
      subscribers.close();
      client.close();
      // What the closing costs is not the next one's.
      await pause(300);
    }
  }

  async #measureChanges(
    subscribers: Subscribers,
    client: WireClient,
    watched: Project,
    { changes, everyMs, idleMs }: Plan,
  ): Promise<Measurement> {
    // The first ones warm up, and there are as many as there are tasks.
    const warmUp = watched.taskIds.length;
    await this.#change(subscribers, client, watched, { count: warmUp, everyMs });
    const idle = await this.#measureIdle(idleMs);
    const textsBefore = subscribers.textsOfOne().length;

    await this.#side.observe();
    const before = await this.#side.readUsage();
    const lastAt = await this.#change(subscribers, client, watched, { count: changes, everyMs });
    const after = await this.#side.readUsage();
    const { commitsAt, reads, sessionReads } = await this.#side.observe();
    const frames = subscribers.differences;
    await subscribers.check();

    if (commitsAt.length !== changes) throw new Error(`${commitsAt.length} commits were noted for ${changes} changes.`);
    const used = after.cpuMicroseconds - before.cpuMicroseconds - idle * (after.at - before.at);
    const texts = subscribers.textsOfOne().slice(textsBefore);
    const figures = {
      serverMicrosecondsPerFrame: used / frames,
      serverMicrosecondsPerChange: used / changes,
      // By the order of the commits: the changes are committed in the order they were sent, but for neighbours.
      msToLast: lastAt.map((at, index) => at - (commitsAt[index] ?? Number.NaN)),
      framesPerChange: frames / changes / subscribers.audience,
      readsPerChange: reads / changes,
      sessionReadsPerChange: sessionReads / changes,
      bytesPerFrame: texts.reduce((sum, text) => sum + text.length, 0) / texts.length,
    };
    return { figures, texts };
  }

  /** Makes changes, and waits until everybody who watches was shown them. Returns when the last one was, by change. */
  async #change(
    subscribers: Subscribers,
    client: WireClient,
    watched: Project,
    { count, everyMs }: { readonly count: number; readonly everyMs: number },
  ): Promise<readonly number[]> {
    const first = this.#changes + 1;
    this.#changes += count;
    subscribers.expect(first, count);
    await makeChanges(client, watched, { first, count, everyMs });
    return subscribers.waitForAll();
  }

  /** What the server uses while nothing happens, in microseconds per millisecond: the sessions are read again now and then. */
  async #measureIdle(ms: number): Promise<number> {
    await pause(100);
    const before = await this.#side.readUsage();
    await pause(ms);
    const after = await this.#side.readUsage();
    return (after.cpuMicroseconds - before.cpuMicroseconds) / (after.at - before.at);
  }
}
