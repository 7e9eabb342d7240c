import { applyFrame, type LiveListFrame } from "@countersign/contract";

import { changeOf, type Project } from "../rows/fill-projects.ts";
import { buildFrame } from "../wire/frame.ts";
import { openSockets } from "../wire/open-sockets.ts";
import { WireClient } from "../wire/wire-client.ts";
import type { WireSocket } from "../wire/wire-socket.ts";

/** A task as it is sent; what else is in it is only compared. */
interface SentTask {
  readonly id: string;
  readonly version: number;
  readonly title: string;
}

/** A text that came, which many subscribers get alike: read once. */
interface Frame {
  readonly text: string;
  readonly change: LiveListFrame<SentTask>;
  /** Of each task that it shows: where it stands in the project, and the number of the change that it shows. */
  readonly shown: readonly (readonly [task: number, change: number])[];
}

/** What one socket was shown. */
interface Subscriber {
  readonly project: Project;
  readonly cookie: string;
  readonly frames: Frame[];
  /** Of each task the newest change that was shown. */
  readonly newest: number[];
}

/** Sockets that are shown the tasks of their projects, live. */
export class Subscribers {
  readonly #port: number;
  readonly #watched: Project;
  readonly #subscribers: Subscriber[] = [];
  readonly #sockets: WireSocket[] = [];
  readonly #known = new Map<string, Frame>();
  #latest: { readonly bytes: Buffer; readonly frame: Frame } | null = null;
  #first = 1;
  /** By change, from the first one that is counted: how many were shown it or something newer of its task, and when the last one was. */
  #seen: number[] = [];
  #lastAt: number[] = [];
  #failure: Error | null = null;
  /** How many frames came after the first ones. */
  differences = 0;

  /** `watched`: the project whose changes are counted. */
  constructor(port: number, watched: Project) {
    this.#port = port;
    this.#watched = watched;
  }

  /** How many see the changes that are counted. */
  get audience(): number {
    return this.#subscribers.filter(({ project }) => project === this.#watched).length;
  }

  /** Opens a socket for each member of these projects but the editor, and returns when each has been shown its list. */
  async add(projects: readonly Project[]): Promise<void> {
    const added = projects.flatMap((project) => project.members.slice(1).map((member) => ({ project, member })));
    const { promise: all, resolve } = Promise.withResolvers<void>();
    let missing = added.length;
    const sockets = await openSockets(
      added.map(({ project, member }) => {
        const cookie = member.sessions[0]?.cookie ?? "";
        const subscriber: Subscriber = { project, cookie, frames: [], newest: project.taskIds.map(() => 0) };
        this.#subscribers.push(subscriber);
        const onText = (payload: Buffer, socket: WireSocket) => {
          // The first text says that the subscription has started.
          if (socket.texts === 1) return;
          this.#handle(subscriber, payload, socket.lastByteAt);
          if (socket.texts === 2 && --missing === 0) resolve();
        };
        return { port: this.#port, cookie, onText };
      }),
    );
    for (const [index, socket] of sockets.entries()) {
      const path = { path: "task.live", input: queryOf(added[index]?.project ?? this.#watched) };
      socket.write(buildFrame("text", JSON.stringify({ id: 1, method: "subscription", params: path })));
      void socket.ended.then(({ code }) => this.#fail(code));
    }
    this.#sockets.push(...sockets);
    await orAfter(all, 60_000, "Not all were shown their lists");
  }

  /** Begins to count so many changes, from this one on. */
  expect(first: number, count: number): void {
    this.#first = first;
    this.#seen = Array.from({ length: count }, () => 0);
    this.#lastAt = Array.from({ length: count }, () => 0);
    this.differences = 0;
  }

  /** Waits until all were shown all. Returns by change when the last one was, by `monotonicMs`. */
  async waitForAll(): Promise<readonly number[]> {
    const { audience } = this;
    const isDone = () => this.#seen.every((count) => count >= audience);
    for (const until = Date.now() + 30_000; !isDone();) {
      if (this.#failure) throw this.#failure;
      if (Date.now() > until) throw new Error("Not everybody was shown every change.");
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    return this.#lastAt;
  }

  /** The texts of the differences that one of those who watch was sent. */
  textsOfOne(): readonly string[] {
    const one = this.#subscribers.find(({ project }) => project === this.#watched);
    return one?.frames.filter(({ change }) => change.type === "difference").map(({ text }) => text) ?? [];
  }

  /** @throws unless what each subscriber put together of its frames is what a query as that user gives */
  async check(): Promise<void> {
    for (const { project, cookie, frames } of this.#subscribers) {
      const client = await WireClient.open(this.#port, cookie);
      // The cast: this is what `task.list` answers.
      const page = (await client.call("query", "task.list", queryOf(project))) as {
        readonly rows: readonly SentTask[];
      };
      client.close();
      const rows = frames.reduce<readonly SentTask[]>((before, { change }) => applyFrame(before, change), []);
      if (JSON.stringify(rows) !== JSON.stringify(page.rows)) throw new Error("A live list is not what a query gives.");
    }
  }

  close(): void {
    for (const socket of this.#sockets) socket.destroy();
  }

  #handle(subscriber: Subscriber, payload: Buffer, at: number): void {
    const frame = this.#read(payload, subscriber.project);
    subscriber.frames.push(frame);
    if (frame.change.type === "difference") this.differences += 1;
    if (subscriber.project !== this.#watched) return;
    for (const [task, change] of frame.shown) {
      // A task is changed once in so many changes; who is shown a newer one has been shown those between.
      const tasks = subscriber.newest.length;
      const before = subscriber.newest[task] ?? 0;
      for (let seen = before === 0 ? task + 1 : before + tasks; seen <= change; seen += tasks) this.#note(seen, at);
      subscriber.newest[task] = Math.max(change, before);
    }
  }

  #fail(code: number | null): void {
    this.#failure = new Error(`A socket was closed (${code}) while it was watching.`);
  }

  #note(change: number, at: number): void {
    const index = change - this.#first;
    if (index < 0) return;
    this.#seen[index] = (this.#seen[index] ?? 0) + 1;
    this.#lastAt[index] = Math.max(this.#lastAt[index] ?? 0, at);
  }

  #read(payload: Buffer, project: Project): Frame {
    if (this.#latest?.bytes.equals(payload)) return this.#latest.frame;
    const text = payload.toString();
    let frame = this.#known.get(text);
    if (!frame) {
      frame = parseFrame(text, project);
      this.#known.set(text, frame);
    }
    // A copy: the bytes hold only during the call.
    this.#latest = { bytes: Buffer.from(payload), frame };
    return frame;
  }
}

/** All tasks of a project, as a board asks for them. */
export function queryOf(project: Project) {
  return { filter: { projectId: { eq: project.id } }, limit: project.taskIds.length };
}

/** The task that the change with this number changes: each in turn. */
export function taskOf(change: number, tasks: number): number {
  return (change - 1) % tasks;
}

function parseFrame(text: string, project: Project): Frame {
  const { result } = JSON.parse(text) as { result?: { data: { data: LiveListFrame<SentTask> } } };
  if (!result) throw new Error(`A live list was refused: ${text}`);
  const change = result.data.data;
  const rows = change.type === "list" ? change.rows : change.upsert;
  const shown = rows.map((row) => [project.taskIds.indexOf(row.id), changeOf(row.title)] as const);
  return { text, change, shown };
}

async function orAfter(work: Promise<void>, ms: number, message: string): Promise<void> {
  const { promise, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => reject(new Error(`${message} within ${ms / 1000} s.`)), ms);
  await Promise.race([work, promise]).finally(() => clearTimeout(timer));
}
