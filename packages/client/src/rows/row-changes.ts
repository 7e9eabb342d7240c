import type { LiveRow } from "@countersign/contract";

import type { SessionClient } from "../session-client.ts";
import { createStore, type ReadableStore } from "../store.ts";

import { type ChangeOutcome, readOutcome } from "./change-outcome.ts";
import type { PendingChange, RowAction, ShownRow } from "./shown-row.ts";

type Fields = Readonly<Record<string, unknown>>;

/** What was done here to one row, from the doing until the lists show it. */
export interface RowChange<Row extends LiveRow> {
  /** The same with each attempt, so that it acts once. */
  readonly key: string;
  readonly action: RowAction;
  /** By which the page knows the row: see `keyOf`. */
  readonly rowKey: string;
  readonly fields: Fields;
  /** The row as it was when this was done; of a new one what it is expected to be, null when that was not said. */
  readonly row: Row | null;
  readonly phase: PendingChange["phase"] | "settled";
  /** Once settled: the row as the server has it, null when it was removed. */
  readonly answer: Row | null;
}

/** The mutations of a router, whatever their types. */
export interface RowCalls<Row extends LiveRow> {
  readonly create: (input: Fields) => Promise<Row>;
  readonly update: (input: Fields) => Promise<Row>;
  readonly remove: (input: Fields) => Promise<unknown>;
  readonly restore: (input: Fields) => Promise<Row>;
  readonly purge: (input: Fields) => Promise<unknown>;
}

export interface ChangeOptions {
  /** The idempotency key, for a change that was begun before. Default: a new one. */
  readonly key?: string | undefined;
  /** May it have been carried out already? */
  readonly wasSent?: boolean | undefined;
  /** By which the page knows a new row already. */
  readonly rowKey?: string | undefined;
}

/**
 * What is done to the rows of one router: shown at once in every list of it, sent with a key, kept until the lists show it,
 * taken back when it is refused. Changes of one row are sent one after the other, each from the version the one before made.
 * Nothing of it outlives a change of identity.
 */
export interface RowChanges<Row extends LiveRow> extends ReadableStore<readonly RowChange<Row>[]> {
  readonly create: (fields: Fields, preview: Fields | null, options?: ChangeOptions) => Promise<ChangeOutcome<Row>>;
  readonly update: (row: Row, fields: Fields, options?: ChangeOptions) => Promise<ChangeOutcome<Row>>;
  readonly remove: (row: Row, options?: ChangeOptions) => Promise<ChangeOutcome<Row>>;
  readonly restore: (row: Row, options?: ChangeOptions) => Promise<ChangeOutcome<Row>>;
  readonly purge: (row: Row, options?: ChangeOptions) => Promise<ChangeOutcome<Row>>;
  /** Takes back a change that was never sent. False when it is too late. */
  readonly withdraw: (key: string) => boolean;
  /** One and the same for a row from the moment it is made here, before the server gives it an id. */
  readonly keyOf: (row: { readonly id: string }) => string;
  /** Tells which rows a list has just got: one may be what is being created, its answer on its way. */
  readonly notice: (rows: readonly Row[]) => void;
}

export interface RowChangesOptions<Row extends LiveRow> {
  readonly session: Pick<SessionClient, "connection" | "onIdentityChange">;
  readonly calls: RowCalls<Row>;
  /** Hears of each change the server has carried out. */
  readonly onSettled?: (change: RowChange<Row>) => void;
}

interface Attempts<Row extends LiveRow> {
  readonly resolve: (outcome: ChangeOutcome<Row>) => void;
  wasSent: boolean;
  isOnItsWay: boolean;
}

/** How long the lists have for showing what the server has answered. What they do not show by then is not theirs to show. */
const shownWithinMs = 5_000;
/** After an attempt without an answer, over a connection that stayed open. */
const retryMs = 5_000;

export function createRowChanges<Row extends LiveRow>(options: RowChangesOptions<Row>): RowChanges<Row> {
  const { session, calls } = options;
  const store = createStore<readonly RowChange<Row>[]>([]);
  const attempts = new Map<string, Attempts<Row>>();
  /** What the server calls a row that was made here, and what the page does. */
  const serverIds = new Map<string, string>();
  const rowKeys = new Map<string, string>();
  /** By the version a change was made from, the one it made: a change after it was made from the latter. */
  const successors = new Map<string, Map<number, number>>();
  const timers = new Set<ReturnType<typeof setTimeout>>();
  let retryTimer: ReturnType<typeof setTimeout> | null = null;
  let stopWatching: (() => void) | null = null;

  function begin(change: Omit<RowChange<Row>, "key" | "phase" | "answer">, given: ChangeOptions = {}) {
    const { promise, resolve } = Promise.withResolvers<ChangeOutcome<Row>>();
    const isFirst = !store.get().some(({ rowKey, phase }) => rowKey === change.rowKey && phase !== "settled");
    const { key = crypto.randomUUID(), wasSent = false } = given;
    const phase = wasSent ? "checking" : isFirst && isConnected() ? "sending" : "waiting";
    const made: RowChange<Row> = { ...change, key, phase, answer: null };
    attempts.set(made.key, { resolve, wasSent, isOnItsWay: false });
    watch();
    store.set([...store.get(), made]);
    sendDue();
    return promise;
  }

  function watch() {
    if (stopWatching) return;
    const stops = [
      session.connection.subscribe(sendDue),
      session.onIdentityChange(({ type }) => type !== "signed-in" && dropAll()),
    ];
    stopWatching = () => stops.forEach((stop) => stop());
  }

  /** The oldest change of each row, unless it is on its way already. */
  function sendDue() {
    const busy = new Set<string>();
    for (const { key, rowKey, phase } of store.get()) {
      if (phase === "settled" || busy.has(rowKey)) continue;
      busy.add(rowKey);
      if (isConnected()) void send(key);
    }
  }

  /** Never rejects: how it ends is the change's outcome. */
  async function send(key: string) {
    const attempt = attempts.get(key);
    const change = find(key);
    if (!attempt || !change || attempt.isOnItsWay) return;

    attempt.isOnItsWay = true;
    setPhase(key, attempt.wasSent ? "checking" : "sending");
    try {
      const answer = await call(change);
      if (attempts.get(key) === attempt) settle(change, answer, attempt);
    } catch (error) {
      if (attempts.get(key) === attempt) fail(change, error, attempt);
    }
  }

  async function call({ action, rowKey, fields, row, key }: RowChange<Row>): Promise<Row | null> {
    if (action === "create") return calls.create({ ...fields, key });
    const id = serverIds.get(rowKey) ?? rowKey;
    if (action === "restore") return calls.restore({ id, key });
    if (action === "update") {
      const version = latestOf(rowKey, row?.version ?? 0);
      const answer = await calls.update({ ...fields, id, version, key });
      succeed(rowKey, version, answer.version);
      return answer;
    }
    await calls[action]({ id, key });
    return null;
  }

  function succeed(rowKey: string, from: number, to: number) {
    const made = successors.get(rowKey) ?? new Map<number, number>();
    successors.set(rowKey, made.set(from, to));
  }

  /** The version that the changes made from this one have led to. One that somebody else made is not among them. */
  function latestOf(rowKey: string, version: number): number {
    const next = successors.get(rowKey)?.get(version);
    return next === undefined || next <= version ? version : latestOf(rowKey, next);
  }

  function settle(change: RowChange<Row>, answer: Row | null, { resolve }: Attempts<Row>) {
    const { key, rowKey } = change;
    attempts.delete(key);
    if (answer && change.action === "create") {
      name(rowKey, answer.id);
      succeed(rowKey, 0, answer.version);
    }
    const settled: RowChange<Row> = { ...change, phase: "settled", answer };
    replace(key, settled);
    forgetLater(key);
    options.onSettled?.(settled);
    resolve({ status: "done", row: answer });
    sendDue();
  }

  function fail(change: RowChange<Row>, error: unknown, attempt: Attempts<Row>) {
    const outcome = readOutcome<Row>(error, attempt.wasSent);
    attempt.isOnItsWay = false;
    if (outcome.status === "lost") {
      attempt.wasSent = outcome.wasSent;
      setPhase(change.key, outcome.wasSent ? "checking" : "waiting");
      // Without this, a call that got no answer over an open connection would wait for the next reconnect.
      if (retryTimer) clearTimeout(retryTimer);
      retryTimer = setTimeout(sendDue, retryMs);
      return;
    }
    // Removed is removed, whoever did it.
    if (outcome.status === "gone" && isRemoval(change)) return settle(change, null, attempt);
    end(change, outcome, attempt);
    sendDue();
  }

  function end({ key, rowKey, action }: RowChange<Row>, outcome: ChangeOutcome<Row>, { resolve }: Attempts<Row>) {
    attempts.delete(key);
    // The row that was taken for this one is another.
    if (action === "create") for (const [id, taken] of rowKeys) if (taken === rowKey) rowKeys.delete(id);
    forget(key);
    resolve(outcome);
    if (action === "create") endAll(rowKey);
  }

  /** What was to be done to a row that was never made. */
  function endAll(rowKey: string) {
    for (const change of store.get()) {
      const attempt = attempts.get(change.key);
      if (attempt && change.rowKey === rowKey) end(change, { status: "withdrawn" }, attempt);
    }
  }

  function name(rowKey: string, id: string) {
    for (const [other, taken] of rowKeys) if (taken === rowKey && other !== id) rowKeys.delete(other);
    serverIds.set(rowKey, id);
    rowKeys.set(id, rowKey);
  }

  function notice(rows: readonly Row[]) {
    const taken = new Set(rowKeys.values());
    const waiting = store
      .get()
      .filter(({ action, phase, rowKey }) => action === "create" && phase !== "settled" && !taken.has(rowKey));
    for (const change of waiting) {
      if (change.phase === "waiting") continue;
      const made = rows.find((row) => row.version === 1 && !rowKeys.has(row.id) && isMadeOf(row, change.fields));
      if (!made) continue;
      rowKeys.set(made.id, change.rowKey);
      // Lists that have shown it already look again.
      store.set([...store.get()]);
    }
  }

  function forgetLater(key: string) {
    const timer = setTimeout(() => {
      timers.delete(timer);
      if (isConnected()) forget(key);
      else forgetLater(key);
    }, shownWithinMs);
    timers.add(timer);
  }

  function forget(key: string) {
    const rest = store.get().filter((change) => change.key !== key);
    if (rest.length < store.get().length) store.set(rest);
    if (rest.length === 0) standStill();
  }

  function standStill() {
    if (retryTimer) clearTimeout(retryTimer);
    retryTimer = null;
    stopWatching?.();
    stopWatching = null;
    successors.clear();
  }

  function dropAll() {
    const left = [...attempts.values()];
    attempts.clear();
    serverIds.clear();
    rowKeys.clear();
    for (const timer of timers) clearTimeout(timer);
    timers.clear();
    store.set([]);
    standStill();
    for (const { resolve, wasSent, isOnItsWay } of left) resolve({ status: "dropped", wasSent: wasSent || isOnItsWay });
  }

  function withdraw(key: string): boolean {
    const attempt = attempts.get(key);
    const change = find(key);
    if (!attempt || !change || attempt.wasSent || attempt.isOnItsWay) return false;
    end(change, { status: "withdrawn" }, attempt);
    return true;
  }

  function setPhase(key: string, phase: PendingChange["phase"]) {
    const change = find(key);
    if (change && change.phase !== phase) replace(key, { ...change, phase });
  }

  function replace(key: string, next: RowChange<Row>) {
    store.set(store.get().map((change) => (change.key === key ? next : change)));
  }

  function find(key: string): RowChange<Row> | undefined {
    return store.get().find((change) => change.key === key);
  }

  function isConnected(): boolean {
    return session.connection.get().state === "open";
  }

  /** A key is one row's, also when that has its id. */
  function isTaken(rowKey: string): boolean {
    return serverIds.has(rowKey) || store.get().some((change) => change.rowKey === rowKey);
  }

  const keyOf = ({ id }: { readonly id: string }) => rowKeys.get(id) ?? id;
  const change = (action: RowAction, row: Row, fields: Fields, given?: ChangeOptions) =>
    begin({ action, rowKey: keyOf(row), fields, row: withoutPending(row) }, given);

  return {
    get: store.get,
    subscribe: store.subscribe,
    create(fields, preview, given) {
      const rowKey = given?.rowKey && !isTaken(given.rowKey) ? given.rowKey : `new-${crypto.randomUUID()}`;
      // The cast: what was not said of the row is what the server gives to all of them.
      const row = preview && ({ ...preview, id: rowKey, version: 0, $can: {} } as unknown as Row);
      return begin({ action: "create", rowKey, fields, row }, given);
    },
    update: (row, fields, given) => change("update", row, fields, given),
    remove: (row, given) => change("remove", row, {}, given),
    restore: (row, given) => change("restore", row, {}, given),
    purge: (row, given) => change("purge", row, {}, given),
    withdraw,
    keyOf,
    notice,
  };
}

function isRemoval({ action }: Pick<RowChange<LiveRow>, "action">): boolean {
  return action === "remove" || action === "purge";
}

function withoutPending<Row extends LiveRow>(row: Row): Row {
  const { $pending: _, ...rest } = row as ShownRow<Row>;
  return rest as unknown as Row;
}

/** Does the row say what was sent? Texts are trimmed by many a server. */
function isMadeOf(row: LiveRow, fields: Fields): boolean {
  const present = row as unknown as Fields;
  return Object.entries(fields).every(([name, value]) => {
    if (value === undefined || !(name in present)) return true;
    const [sent, kept] = [trimmed(value), trimmed(present[name])];
    return sent === kept || JSON.stringify(sent) === JSON.stringify(kept);
  });
}

function trimmed(value: unknown): unknown {
  return typeof value === "string" ? value.trim() : value;
}
