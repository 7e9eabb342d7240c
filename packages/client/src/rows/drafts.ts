import type { LiveRow, SessionEndReason } from "@countersign/contract";

import { readErrorData } from "../error-data.ts";
import { createStore, type ReadableStore } from "../store.ts";

import type { ChangeOutcome } from "./change-outcome.ts";
import {
  clashingFields,
  differingFields,
  type Draft,
  type FieldErrors,
  isUnsaved,
  mergeInto,
  untouched,
  valuesOf,
} from "./draft.ts";
import { routerPath } from "./router-path.ts";
import { onRowNews, rowsOf, type RowsSession } from "./rows-of.ts";
import type { RowsRouter } from "./rows-router.ts";
import type { PendingChange } from "./shown-row.ts";

export interface DraftsOptions<Values extends object> {
  /** The fields there are, and what they hold when a new row is begun. */
  readonly empty: Values;
  /** What can be told without the server. */
  readonly validate?: ((values: Values) => FieldErrors<Values>) | undefined;
  /** As the server keeps it, so that what is kept here compares equal to what comes back: without spaces at the ends, say. */
  readonly normalize?: ((values: Values) => Values) | undefined;
  /** What a new row is made of besides, as the project of a task. */
  readonly besides?: object | undefined;
  /** What a new row is expected to be, so that lists show it before the server has made it. */
  readonly preview?: ((values: Values) => object) | undefined;
}

/**
 * What is being written in the rows of a router, until the server has it: through a lost connection, a change of page, and a
 * session that ends without the person wanting it, as long as the same user comes back. Anybody else finds nothing, and
 * nothing is left after signing out. It is kept in memory only. Fields that are not written in follow the row.
 */
export interface Drafts<Row extends LiveRow, Values> extends ReadableStore<readonly Draft<Row, Values>[]> {
  /** Begins to write, or goes on: in a row, or in a new one, told apart by `id` where there are several. Gives the draft's id. */
  readonly open: (row: Row | null, id?: string) => string;
  /** Does nothing while the draft is saved: what waits can be reopened. */
  readonly write: (id: string, values: Partial<Values>) => void;
  /**
   * Saves a draft, now or when there is a connection; then it is no draft any more. What somebody else has changed meanwhile
   * in other fields stays theirs. `unchanged`: there was nothing to save.
   */
  readonly save: (id: string) => Promise<SaveOutcome<Row>>;
  /** Back into the form with what waits and was never sent. */
  readonly reopen: (id: string) => void;
  /** Forgets a draft and what was written. */
  readonly discard: (id: string) => void;
  /** Goes on writing on top of the row as it is now; what both have written is put before the person, to choose. */
  readonly compare: (id: string, current: Row) => void;
  /** Of two versions: saves what was written here, over the other one. */
  readonly keepMine: (id: string) => Promise<SaveOutcome<Row>>;
  /** Of two versions: leaves the other one's fields as they are, and saves what was written besides. */
  readonly takeTheirs: (id: string) => Promise<SaveOutcome<Row>>;
  /** Of two versions: goes on writing on top of the other one. Fields that were not written in are as they are there. */
  readonly rebase: (id: string) => void;
  /** Makes a new row of the draft of one that is gone. */
  readonly saveAsNew: (id: string) => Promise<SaveOutcome<Row>>;
  /** Would closing the window lose something? */
  readonly hasUnsaved: () => boolean;
  /** Hears of each draft that could not be saved and now needs the person. What it returns stops that. */
  readonly onTrouble: (listener: (draft: Draft<Row, Values>) => void) => () => void;
  /** Hears of each row that was saved. */
  readonly onSaved: (listener: (row: Row) => void) => () => void;
}

/** `unchanged`: there was nothing to save. */
export type SaveOutcome<Row extends LiveRow> = ChangeOutcome<Row> | { readonly status: "unchanged" };

interface Attempt {
  readonly key: string;
  readonly version: number | null;
  readonly values: object;
  wasSent: boolean;
}

/** One store for each router and set of fields, for as long as the session client lives: see `draftsOf`. */
export function createDrafts<Values extends object>(
  session: RowsSession,
  router: RowsRouter,
  readOptions: () => DraftsOptions<Values>,
): Drafts<LiveRow, Values> {
  type Row = LiveRow;
  const { changes } = rowsOf(session, router);
  const store = createStore<readonly Draft<Row, Values>[]>([]);
  const troubleListeners = new Set<(draft: Draft<Row, Values>) => void>();
  const savedListeners = new Set<(row: Row) => void>();
  /** The last attempt to save a draft: the same again gets the same key. */
  const attempts = new Map<string, Attempt>();
  /** How what is on its way will end: who saves twice waits for the same. */
  const outcomes = new Map<string, Promise<ChangeOutcome<Row>>>();
  /** Rows that are gone and of which new ones are made: those are others, should the first ones come back. */
  const copies = new Set<string>();
  let owner: string | null = null;
  let isOwnerHere = false;
  let isFollowing = false;

  /** From the first draft on: making a store asks for no connection. */
  function follow() {
    if (isFollowing) return;
    isFollowing = true;
    session.snapshot.subscribe(lookWhoIsThere);
    changes.subscribe(showProgress);
    onRowNews(session, ({ path, rows }) => path === routerPath(router) && rows.forEach(catchUp));
    lookWhoIsThere();
  }

  function lookWhoIsThere() {
    const state = session.snapshot.get();
    isOwnerHere = false;
    // Nothing is sent, and nothing forgotten, before it is known who is there.
    if (state.status === "loading") return;

    const userId = state.user.isAuthenticated ? state.user.id : null;
    const isSame = userId !== null && userId === owner;
    const mayComeBack = userId === null && state.endReason !== null && !isForGood.has(state.endReason);
    if (!isSame && !mayComeBack) forgetAll();
    if (!mayComeBack) owner = userId;
    isOwnerHere = userId !== null;
    if (isOwnerHere) sendWaiting();
  }

  /** What was on its way when its owner went. */
  function sendWaiting() {
    for (const draft of store.get()) if (draft.state.phase === "saving" && !changeOf(draft)) void send(draft.id);
  }

  function showProgress() {
    for (const draft of store.get()) {
      const { id, state } = draft;
      const progress = changeOf(draft)?.phase ?? "settled";
      if (state.phase !== "saving" || progress === "settled" || state.progress === progress) continue;
      setState(id, { phase: "saving", progress });
    }
  }

  function open(row: Row | null, given?: string): string {
    follow();
    const { empty } = readOptions();
    // One blank page is enough.
    const blank = row === null && given === undefined && store.get().find(isBlank);
    if (blank) return blank.id;

    const id = row?.id ?? given ?? `new-${crypto.randomUUID()}`;
    if (!find(id)) store.set([{ id, base: row, values: valuesOf(row, empty), state: untouched }, ...store.get()]);
    return id;
  }

  /** What is on its way is forgotten when it arrives: nothing is added to it that would go with it. */
  function write(id: string, values: Partial<Values>) {
    if (find(id)?.state.phase === "saving") return;
    change(id, (draft) => ({ ...draft, values: { ...draft.values, ...values } }));
  }

  function isBlank(draft: Draft<Row, Values>): boolean {
    return draft.base === null && draft.state.phase === "writing" && !isUnsaved(draft, readOptions().empty);
  }

  async function save(id: string): Promise<SaveOutcome<Row>> {
    const { normalize, validate, empty } = readOptions();
    change(id, (draft) => ({ ...draft, values: normalize?.(draft.values) ?? draft.values }));
    const draft = find(id);
    if (draft?.state.phase === "saving") return outcomes.get(id) ?? { status: "unchanged" };
    if (!draft) return { status: "unchanged" };

    const errors = validate?.(draft.values) ?? {};
    if (Object.keys(errors).length > 0) {
      setState(id, { phase: "writing", errors, failure: null });
      return { status: "invalid", fields: listed(errors), error: null };
    }
    if (draft.base && differingFields(draft.values, valuesOf(draft.base, empty)).length === 0) {
      discard(id);
      return { status: "unchanged" };
    }
    return send(id);
  }

  function send(id: string): Promise<ChangeOutcome<Row>> {
    const sent = sendOnce(id);
    outcomes.set(id, sent);
    void sent.then(() => outcomes.get(id) === sent && outcomes.delete(id));
    return sent;
  }

  async function sendOnce(id: string): Promise<ChangeOutcome<Row>> {
    const draft = find(id);
    if (!draft) return { status: "withdrawn" };
    const attempt = attemptFor(draft);
    setState(id, { phase: "saving", progress: progressOf(attempt) });
    if (!isOwnerHere) return { status: "dropped", wasSent: attempt.wasSent };

    const outcome = await begin(draft, attempt);
    // It may have been forgotten meanwhile, or given to another attempt.
    if (attempts.get(id) !== attempt || find(id)?.state.phase !== "saving") return outcome;
    if (outcome.status === "conflict" && merge(id, outcome.current)) return sendMerged(id, outcome.current);
    finish(id, attempt, outcome);
    return outcome;
  }

  /** Nobody is asked where nobody wrote over anybody. */
  async function sendMerged(id: string, current: Row): Promise<ChangeOutcome<Row>> {
    const draft = find(id);
    if (draft && !isSaid(draft, current)) return sendOnce(id);
    saved(id, current);
    return { status: "done", row: current };
  }

  function begin({ id, base, values }: Draft<Row, Values>, { key, wasSent }: Attempt): Promise<ChangeOutcome<Row>> {
    const { empty, preview, besides = {} } = readOptions();
    const given = { key, wasSent, ...(!copies.has(id) && { rowKey: id }) };
    if (!base) {
      const expected = preview ? fieldsOf(preview(values)) : null;
      return changes.create(fieldsOf({ ...besides, ...values }), expected, given);
    }
    const written = differingFields(values, valuesOf(base, empty));
    return changes.update(base, Object.fromEntries(written.map((name) => [name, values[name]])), given);
  }

  function attemptFor({ id, base, values }: Draft<Row, Values>): Attempt {
    const version = base?.version ?? null;
    const last = attempts.get(id);
    if (last && last.version === version && differingFields(last.values, values).length === 0) return last;

    const attempt = { key: crypto.randomUUID(), version, values, wasSent: false };
    attempts.set(id, attempt);
    return attempt;
  }

  function finish(id: string, attempt: Attempt, outcome: ChangeOutcome<Row>) {
    if (outcome.status === "done") return saved(id, outcome.row);
    if (outcome.status === "withdrawn") return setState(id, untouched);
    // The session has ended: it waits for its owner, who is told by the snapshot.
    if (outcome.status === "dropped" || readErrorData(outcome.error)?.code === "UNAUTHORIZED") {
      attempt.wasSent ||= outcome.status === "dropped" && outcome.wasSent;
      setState(id, { phase: "saving", progress: progressOf(attempt) });
      // The same user may have been back before this was heard of.
      if (isOwnerHere && outcome.status === "dropped") void send(id);
      return;
    }

    // Made, and removed by somebody before it was known: who saves once more means another one.
    if (outcome.status === "gone") attempts.delete(id);
    if (outcome.status === "conflict") setState(id, { phase: "conflict", current: outcome.current });
    else if (outcome.status === "gone" && find(id)?.base) setState(id, { phase: "gone" });
    else setState(id, { phase: "writing", ...faultsOf(outcome) });
    const refused = find(id);
    if (refused) for (const listener of troubleListeners) listener(refused);
  }

  function saved(id: string, row: Row | null) {
    discard(id);
    if (row) for (const listener of savedListeners) listener(row);
  }

  function faultsOf(outcome: Exclude<ChangeOutcome<Row>, { status: "done" | "dropped" | "withdrawn" }>) {
    const failure = { errors: {}, failure: outcome.error };
    if (outcome.status !== "invalid") return failure;
    const known = Object.keys(readOptions().empty);
    const errors = Object.entries(outcome.fields).filter(([name]) => known.includes(name));
    if (errors.length === 0) return failure;
    const texts = errors.map(([name, messages]) => [name, messages.join(" ")] as const);
    return { errors: Object.fromEntries(texts) as FieldErrors<Values>, failure: null };
  }

  function compare(id: string, current: Row) {
    if (!merge(id, current)) return setState(id, { phase: "conflict", current });
    const draft = find(id);
    if (draft && isSaid(draft, current)) return saved(id, current);
    setState(id, untouched);
  }

  /** Does the row say the same? An earlier attempt may have been carried out though its answer was lost. */
  function isSaid({ values }: Draft<Row, Values>, current: Row): boolean {
    return differingFields(values, valuesOf(current, values)).length === 0;
  }

  /** Lays what was written over the row as it is now. False, with nothing done, where both have written the same field. */
  function merge(id: string, current: Row): boolean {
    const draft = find(id);
    if (!draft || clashingFields(current, draft).length > 0) return false;
    // An answer that names no newer version is not to be asked for again and again.
    if (draft.base && current.version <= draft.base.version && !isSaid(draft, current)) return false;
    lay(id, current);
    return true;
  }

  function lay(id: string, current: Row) {
    change(id, (draft) => ({ ...draft, base: current, values: mergeInto(current, draft) }));
  }

  /** What a form shows of a field nobody has written in here is what the row has by now. A row that is back can be saved. */
  function catchUp(row: Row) {
    const draft = find(row.id);
    if (!draft?.base || row.version <= draft.base.version) return;
    const { phase } = draft.state;
    if (phase === "writing" || phase === "gone") merge(row.id, row);
    if (phase === "gone") setState(row.id, untouched);
  }

  function rebase(id: string) {
    const draft = find(id);
    if (draft?.state.phase !== "conflict") return;
    lay(id, draft.state.current);
    setState(id, untouched);
  }

  function keepMine(id: string) {
    rebase(id);
    return save(id);
  }

  function takeTheirs(id: string) {
    change(id, (draft) => {
      if (draft.state.phase !== "conflict") return draft;
      const { current } = draft.state;
      const theirs = clashingFields(current, draft).map((name) => [name, valuesOf(current, draft.values)[name]]);
      // The cast: these are some of the row's own values.
      const taken = Object.fromEntries(theirs) as Partial<Values>;
      return { ...draft, base: current, values: { ...mergeInto(current, draft), ...taken }, state: untouched };
    });
    return save(id);
  }

  function saveAsNew(id: string) {
    copies.add(id);
    change(id, (draft) => ({ ...draft, base: null, state: untouched }));
    return save(id);
  }

  function reopen(id: string) {
    const attempt = attempts.get(id);
    const draft = find(id);
    if (draft?.state.phase !== "saving" || !attempt || attempt.wasSent) return;
    // What has no change yet waits for its owner.
    if (!changeOf(draft) || changes.withdraw(attempt.key)) setState(id, untouched);
  }

  function forgetAll() {
    attempts.clear();
    copies.clear();
    store.set([]);
  }

  function discard(id: string) {
    attempts.delete(id);
    copies.delete(id);
    store.set(store.get().filter((draft) => draft.id !== id));
  }

  function setState(id: string, state: Draft<Row, Values>["state"]) {
    change(id, (draft) => ({ ...draft, state }));
  }

  function change(id: string, next: (draft: Draft<Row, Values>) => Draft<Row, Values>) {
    if (find(id)) store.set(store.get().map((draft) => (draft.id === id ? next(draft) : draft)));
  }

  function find(id: string): Draft<Row, Values> | undefined {
    return store.get().find((draft) => draft.id === id);
  }

  function changeOf({ id }: Draft<Row, Values>) {
    const key = attempts.get(id)?.key;
    return changes.get().find((each) => each.key === key);
  }

  return {
    get: store.get,
    subscribe: store.subscribe,
    open,
    write,
    save,
    reopen,
    discard,
    compare,
    keepMine,
    takeTheirs,
    rebase,
    saveAsNew,
    hasUnsaved: () => store.get().some((draft) => isUnsaved(draft, readOptions().empty)),
    onTrouble(listener) {
      const entry = (draft: Draft<Row, Values>) => listener(draft);
      troubleListeners.add(entry);
      return () => void troubleListeners.delete(entry);
    },
    onSaved(listener) {
      const entry = (row: Row) => listener(row);
      savedListeners.add(entry);
      return () => void savedListeners.delete(entry);
    },
  };
}

/** Ends after which nobody is expected to go on writing here. */
const isForGood: ReadonlySet<SessionEndReason> = new Set(["signed_out", "deactivated", "deleted"]);

function progressOf({ wasSent }: Attempt): PendingChange["phase"] {
  return wasSent ? "checking" : "waiting";
}

function fieldsOf(values: object): Readonly<Record<string, unknown>> {
  return { ...values };
}

function listed(errors: object): Readonly<Record<string, readonly string[]>> {
  return Object.fromEntries(Object.entries(errors).map(([name, text]) => [name, [String(text)]]));
}
