import type { LiveRow } from "@countersign/contract";

import { fitsQuery, staysIn } from "./fits-query.ts";
import { placeOf } from "./place-row.ts";
import type { RowChange } from "./row-changes.ts";
import type { ListQuery } from "./rows-router.ts";
import type { PendingChange, ShownRow } from "./shown-row.ts";

/** A part of a list as the server has sent it. */
export interface SentRows<Row extends LiveRow> {
  readonly rows: readonly Row[];
  readonly total: number | null;
  /** How many rows come before these. */
  readonly offset: number;
  /** How many there may be. */
  readonly limit: number;
}

export interface ShownRows<Row extends LiveRow> {
  readonly rows: readonly ShownRow<Row>[];
  readonly total: number | null;
}

export interface ShowOptions<Row extends LiveRow> {
  readonly query: ListQuery;
  readonly keyOf: (row: { readonly id: string }) => string;
  /** Are rows that are being removed hidden at once, or shown, marked, until they are gone? */
  readonly removing: "hide" | "mark";
  readonly changes: readonly RowChange<Row>[];
  /** Does every row stay in its place, whatever is done to it, until the server moves it? None comes or goes then. */
  readonly isFixed?: boolean | undefined;
}

export interface ChangeView<Row extends LiveRow> {
  /** The rows with what was done to them here. Those nothing was done to are the same objects. */
  readonly show: (sent: SentRows<Row>, options: ShowOptions<Row>) => ShownRows<Row>;
}

type Fields = Readonly<Record<string, unknown>>;

/** A row as it is shown, null when it is not, and what that was made of. */
interface Result<Row extends LiveRow> {
  readonly base: Row | null;
  readonly changes: readonly RowChange<Row>[];
  readonly query: ListQuery;
  readonly row: ShownRow<Row> | null;
}

/** Made once for each list: it remembers which of the answered changes the list has had. */
export function createChangeView<Row extends LiveRow>(): ChangeView<Row> {
  /** The keys of the changes whose outcome the server has shown in this list. */
  const seen = new Set<string>();
  let results = new Map<string, Result<Row>>();
  let shown: readonly ShownRow<Row>[] = [];

  function show(sent: SentRows<Row>, options: ShowOptions<Row>): ShownRows<Row> {
    const { changes, keyOf, query, isFixed = false } = options;
    if (changes.length === 0) {
      seen.clear();
      results.clear();
      return { rows: keepIdentity(sent.rows, keyOf), total: sent.total };
    }

    const byKey = Map.groupBy(changes, ({ rowKey }) => rowKey);
    const next = new Map<string, Result<Row>>();
    const rows: ShownRow<Row>[] = [];
    const moved: ShownRow<Row>[] = [];
    let difference = 0;
    for (const base of sent.rows) {
      const key = keyOf(base);
      const own = byKey.get(key);
      byKey.delete(key);
      if (!own) {
        rows.push(base);
        continue;
      }
      const row = resultOf(key, base, own, options, next);
      if (isFixed) rows.push(row ?? base);
      else if (row === null) difference -= 1;
      else (hasMoved(base, row, query) ? moved : rows).push(row);
    }
    for (const [key, own] of isFixed ? [] : byKey) {
      const row = resultOf(key, null, own, options, next);
      if (row === null) continue;
      difference += 1;
      moved.push(row);
    }
    results = next;

    const isLast = sent.total === null || sent.offset + sent.rows.length >= sent.total;
    for (const row of moved) insert(row, rows, query, { isFirst: sent.offset === 0, isLast });
    const total = sent.total === null ? null : Math.max(0, sent.total + difference);
    // The server's page will be as long as it may be, too.
    return { rows: keepIdentity(rows.slice(0, sent.limit), keyOf), total };
  }

  function resultOf(
    key: string,
    base: Row | null,
    changes: readonly RowChange<Row>[],
    options: ShowOptions<Row>,
    next: Map<string, Result<Row>>,
  ): ShownRow<Row> | null {
    const { query } = options;
    const before = results.get(key);
    const isSame =
      before?.base === base &&
      before.query === query &&
      before.changes.length === changes.length &&
      before.changes.every((change, index) => change === changes[index]);
    const result = isSame ? before : { base, changes, query, row: apply(base, changes, options) };
    next.set(key, result);
    return result.row;
  }

  function apply(
    base: Row | null,
    changes: readonly RowChange<Row>[],
    { query, removing, isFixed = false }: ShowOptions<Row>,
  ): ShownRow<Row> | null {
    const phase = phaseOf(changes);
    let row: ShownRow<Row> | null = base;
    const touched: Record<string, unknown> = {};
    for (const change of changes) {
      if (change.phase === "settled" && isDone(change, base)) {
        seen.add(change.key);
        continue;
      }
      row = change.phase === "settled" ? afterAnswer(row, change, query) : whilePending(row, change, query);
      Object.assign(touched, change.fields);
      if (row === null || change.phase === "settled" || phase === null) continue;
      if (leaves(change, query) && removing === "hide" && phase === "sending") row = null;
      else row = { ...row, $pending: { action: change.action, phase } };
    }
    if (row === null || isFixed) return row;
    const isIn = base ? staysIn(fieldsOf(row), touched, query) : fitsQuery(fieldsOf(row), query);
    return isIn ? row : null;
  }

  /** Has the server's list had what it answered? Then the list is right. */
  function isDone({ key, answer, action }: RowChange<Row>, base: Row | null): boolean {
    if (seen.has(key)) return true;
    if (action === "remove" || action === "purge") return base === null;
    return base !== null && answer !== null && base.version >= answer.version;
  }

  /** The rows, with those that say the same as before being the same objects as before; the same array when all are. */
  function keepIdentity(rows: readonly ShownRow<Row>[], keyOf: (row: Row) => string): readonly ShownRow<Row>[] {
    const known = new Map(shown.map((row) => [keyOf(row), row]));
    const kept = rows.map((row) => {
      const before = known.get(keyOf(row));
      return before !== undefined && before !== row && isAlike(before, row) ? before : row;
    });
    const isSame = kept.length === shown.length && kept.every((row, index) => row === shown[index]);
    if (!isSame) shown = kept;
    return shown;
  }

  return { show };
}

/** A row the server has answered with, in a list that has not had it. */
function afterAnswer<Row extends LiveRow>(
  row: ShownRow<Row> | null,
  change: RowChange<Row>,
  query: ListQuery,
): ShownRow<Row> | null {
  const { answer } = change;
  if (answer === null || leaves(change, query)) return null;
  if (row !== null) return answer;
  return comesIn(change, answer, query) ? answer : null;
}

function whilePending<Row extends LiveRow>(
  row: ShownRow<Row> | null,
  change: RowChange<Row>,
  query: ListQuery,
): ShownRow<Row> | null {
  const { action } = change;
  if (action === "create") return row ?? (change.row && comesIn(change, change.row, query) ? change.row : null);
  if (action !== "update") return row;
  if (row !== null) return changed(row, change.fields);
  const moved = change.row && changed(change.row, change.fields);
  return moved && comesIn(change, moved, query) ? moved : null;
}

/** Does this take a row out of the list, whatever it says? */
function leaves({ action }: RowChange<LiveRow>, { removed = false }: ListQuery): boolean {
  return removed ? action === "restore" || action === "purge" : action === "remove";
}

/** A row the list does not have: is it to have it because of this? One that was there before stands on another page. */
function comesIn(change: RowChange<LiveRow>, after: LiveRow, query: ListQuery): boolean {
  if (query.removed === true || !fitsQuery(fieldsOf(after), query)) return false;
  return change.action !== "update" || (change.row !== null && !fitsQuery(fieldsOf(change.row), query));
}

/** How far the oldest change is that has no answer; null when all have theirs. */
function phaseOf(changes: readonly RowChange<LiveRow>[]): PendingChange["phase"] | null {
  for (const { phase } of changes) if (phase !== "settled") return phase;
  return null;
}

function changed<Row extends LiveRow>(row: ShownRow<Row>, fields: Fields): ShownRow<Row> {
  const given = Object.entries(fields).filter(([, value]) => value !== undefined);
  return { ...row, ...Object.fromEntries(given) };
}

function hasMoved(base: LiveRow, row: LiveRow, { order }: ListQuery): boolean {
  return order !== undefined && fieldsOf(base)[order.by] !== fieldsOf(row)[order.by];
}

function insert<Row extends LiveRow>(
  row: ShownRow<Row>,
  rows: ShownRow<Row>[],
  { order }: ListQuery,
  { isFirst, isLast }: { readonly isFirst: boolean; readonly isLast: boolean },
): void {
  const place = placeOf(row, rows, order);
  const isBefore = place === 0 && !isFirst;
  const isAfter = place === rows.length && place > 0 && !isLast;
  if (!isBefore && !isAfter) rows.splice(place, 0, row);
}

function fieldsOf(row: LiveRow): Fields {
  // The cast: what a row has besides id and version is the app's own.
  return row as unknown as Fields;
}

function isAlike(one: LiveRow, other: LiveRow): boolean {
  return one.version === other.version && JSON.stringify(one) === JSON.stringify(other);
}
