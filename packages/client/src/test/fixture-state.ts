import { randomUUID } from "node:crypto";

import { type LiveListFrame, type SignedInSnapshot, type UserSnapshot, anonymous } from "@countersign/contract";

export interface Task {
  readonly id: string;
  readonly version: number;
  readonly title: string;
  readonly state: "todo" | "doing" | "done";
  readonly rank: number;
  readonly createdAt: string;
  readonly $can: { readonly update: boolean; readonly remove: boolean };
}

export interface Row {
  readonly id: string;
  readonly version: number;
  readonly title: string;
}

/** What the fixture server knows. It survives a restart of the server, as a database would. */
export class FixtureState {
  /** Sessions by the cookie's value. */
  readonly sessions = new Map<string, SignedInSnapshot>();
  /** How often a procedure was executed, by the key its caller gave. */
  readonly executions = new Map<string, number>();
  /** Who started a subscription of ticks, in order. */
  readonly readers: string[] = [];
  rows: readonly Row[] = [];
  readonly tasks = new Map<string, Task>();
  /** How many live lists of tasks were begun. */
  taskReaders = 0;
  /** How often tasks were asked for otherwise. */
  readonly taskReads = { get: 0, list: 0 };
  /** What was answered to whom for which key. */
  readonly answers = new Map<string, unknown>();
  /** What is kept with each session or visitor, by the cookie's value. */
  readonly data = new Map<string, Readonly<Record<string, unknown>>>();
  /** What is to be shown to everybody: the text by its id. */
  notices: ReadonlyMap<string, string> = new Map();
  readonly #held = new Map<string, PromiseWithResolvers<void>>();
  readonly #listeners = new Set<() => void>();

  dataOf(token: string | null): Readonly<Record<string, unknown>> {
    return (token && this.data.get(token)) || {};
  }

  setData(token: string, data: Readonly<Record<string, unknown>>): void {
    this.data.set(token, data);
    this.touch();
  }

  /** Keeps something for a new visitor. Returns the cookie's value. */
  visit(data: Readonly<Record<string, unknown>>): string {
    const token = randomUUID();
    this.setData(token, data);
    return token;
  }

  notify(id: string, text: string): void {
    this.notices = new Map([...this.notices, [id, text]]);
    this.touch();
  }

  signIn(username: string, before: string | null): string {
    if (before) this.sessions.delete(before);
    const token = randomUUID();
    this.sessions.set(token, { ...template, id: `id-of-${username}`, username, sessionId: randomUUID() });
    return token;
  }

  snapshotOf(token: string | null): UserSnapshot {
    return (token && this.sessions.get(token)) || anonymous;
  }

  /** Changes what a snapshot says; with the version of the caller's choosing, also an older one. */
  change(username: string, change: Partial<SignedInSnapshot>): void {
    for (const [token, session] of this.sessions) {
      if (session.username !== username) continue;
      this.sessions.set(token, { ...session, version: session.version + 1, ...change });
    }
    this.touch();
  }

  setRows(rows: readonly Row[]): void {
    this.rows = rows;
    this.touch();
  }

  setTask(task: Pick<Task, "id" | "title"> & Partial<Task>): Task {
    const whole: Task = {
      version: 1,
      state: "todo",
      rank: 0,
      createdAt: "2026-01-01T00:00:00.000Z",
      $can: all,
      ...task,
    };
    this.tasks.set(task.id, whole);
    this.touch();
    return whole;
  }

  removeTask(id: string): void {
    this.tasks.delete(id);
    this.touch();
  }

  touch(): void {
    for (const listener of this.#listeners) listener();
  }

  /** A stream of a value's present state, then of each newer one, until the signal. */
  async *watch<Value>(read: () => Value, signal: AbortSignal | undefined): AsyncGenerator<Value> {
    let due = Promise.withResolvers<void>();
    const listener = () => due.resolve();
    this.#listeners.add(listener);
    signal?.addEventListener("abort", listener);
    try {
      for (;;) {
        yield read();
        await due.promise;
        due = Promise.withResolvers<void>();
        if (signal?.aborted) return;
      }
    } finally {
      this.#listeners.delete(listener);
    }
  }

  count(key: string): void {
    this.executions.set(key, (this.executions.get(key) ?? 0) + 1);
    this.touch();
  }

  /** Resolves when `release` is called for the key. */
  async hold(key: string): Promise<void> {
    await this.#holdOf(key).promise;
  }

  release(key: string): void {
    this.#holdOf(key).resolve();
  }

  #holdOf(key: string): PromiseWithResolvers<void> {
    const held = this.#held.get(key) ?? Promise.withResolvers<void>();
    this.#held.set(key, held);
    return held;
  }
}

const all = { update: true, remove: true };

export type RowFrame = LiveListFrame<Row>;

const template: SignedInSnapshot = {
  isAuthenticated: true,
  id: "",
  sessionId: "",
  username: "",
  email: null,
  emailVerified: false,
  firstName: "",
  lastName: "",
  isStaff: false,
  isSuperuser: false,
  groups: [],
  permissions: [],
  locale: null,
  sessionExpiresAt: "2030-01-01T00:00:00.000Z",
  authenticatedAt: "2026-01-01T00:00:00.000Z",
  impersonatedBy: null,
  version: 1,
};
