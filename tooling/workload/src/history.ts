import { appendFileSync } from "node:fs";

/** What clients of the workload do. */
export const operations = [
  "createNote",
  "updateNote",
  "removeNote",
  "listNotes",
  "createProject",
  "createItem",
  "updateItem",
  "removeItem",
  "moveItem",
  "addMember",
  "changeRole",
  "removeMember",
  "placeOrder",
  "signOut",
  "useOldSession",
] as const;
export type Operation = (typeof operations)[number];

/**
 * One moment of one intended change. `ok` is written when the answer's frame has been read, `fail` when a refusal has; a lost
 * socket is `unknown`, which is asked again with the same key.
 */
export interface HistoryEvent {
  /** Milliseconds since the run began. */
  readonly t: number;
  readonly client: string;
  readonly op: Operation;
  /** The client's own, for one intended change and all its retries. */
  readonly key: string;
  readonly phase: "invoke" | "ok" | "fail" | "unknown";
  /** Which of the client's sessions it went through, counted from 1. */
  readonly session: number;
  /** What it writes, as in `w3:17`: nothing else writes the same. */
  readonly payload?: string;
  /** The row it is about: known from the beginning, or by the answer. */
  readonly row?: string;
  /** The row's version, by the answer. */
  readonly version?: number;
  /** Where an item goes to, or whose member somebody becomes. */
  readonly project?: string;
  /** Whose membership it is. */
  readonly subject?: string;
  /** How many lines an order has. */
  readonly lines?: number;
  /** Why it was refused. */
  readonly code?: string;
}

/** Takes down what happens, in memory, and as one JSON line per event where a file is given. */
export class History {
  readonly events: HistoryEvent[] = [];
  readonly #startedAt = performance.now();
  readonly #file: string | null;

  constructor(file: string | null = null) {
    this.#file = file;
  }

  /** Milliseconds since the run began. */
  now(): number {
    return Math.round((performance.now() - this.#startedAt) * 1000) / 1000;
  }

  add(event: Omit<HistoryEvent, "t">): HistoryEvent {
    const taken = { t: this.now(), ...event };
    this.events.push(taken);
    if (this.#file !== null) appendFileSync(this.#file, `${JSON.stringify(taken)}\n`);
    return taken;
  }
}
