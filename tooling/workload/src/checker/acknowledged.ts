import type { HistoryEvent } from "../history.ts";

import { type Attempt, attemptsOf, removals, rowKind } from "./attempts.ts";
import type { Evidence, FinalState, Violation } from "./evidence.ts";

/** A row as it is in the end, whatever its kind. */
interface Kept {
  readonly version: number;
  /** Null where nothing written can be told apart. */
  readonly payload: string | null;
}

/** I1: what was answered `ok` is there in the end, or something later is; and every change came to an end. */
export function checkAcknowledged({ history, final }: Evidence): Violation[] {
  const attempts = attemptsOf(history);
  const kept = keptRows(final);
  const ofRows = attempts.filter(({ op }) => rowKind[op] !== undefined);
  const byRow = Map.groupBy(ofRows, ({ ok, invoke }) => ok?.row ?? invoke.row ?? null);
  const open = attempts.filter(({ ok, fail }) => ok === null && fail === null);
  return [
    ...open.map(({ key, events }) => ({ rule: "I1", what: `${key} never came to an end`, shownBy: events })),
    ...Array.from(byRow, ([row, of]) => (row === null ? [] : checkRow(row, of, kept.get(row) ?? null))).flat(),
  ];
}

function checkRow(row: string, attempts: readonly Attempt[], kept: Kept | null): Violation[] {
  const removed = attempts.find(({ op, ok }) => removals.has(op) && ok !== null);
  if (removed && kept) return [broken(`${row} was removed, and is there`, removed.events, kept)];

  const writing = attempts.filter(({ op }) => !removals.has(op));
  const writes = writing.flatMap(({ ok }) => (ok ? [ok] : []));
  const last = writes.reduce<HistoryEvent | null>((best, one) => (versionOf(one) > versionOf(best) ? one : best), null);
  if (last === null) return [];
  const exact = new Set(writing.flatMap((attempt) => (attempt.ok && isExact(attempt) ? [attempt.ok] : [])));
  const twice = findTwiceWritten(row, [...exact]);
  if (twice.length > 0) return twice;
  const mayBeGone = attempts.some(({ op, isRefused }) => removals.has(op) && !isRefused);
  if (kept === null) return mayBeGone ? [] : [broken(`${row} was acknowledged, and is gone`, [last], kept)];
  if (kept.version < versionOf(last)) return [broken(`a change of ${row} was acknowledged, and is lost`, [last], kept)];
  const same = exact.values().find((write) => versionOf(write) === kept.version && write.payload !== undefined);
  if (same && kept.payload !== null && kept.payload !== same.payload)
    return [broken(`${row} holds something else than was acknowledged`, [same], kept)];
  return [];
}

/** Is the version that was answered the one that was written? In rows that others write, not after a retry. */
function isExact({ op, isAskedAgain }: Attempt): boolean {
  return !isAskedAgain || rowKind[op] === "note" || rowKind[op] === "order";
}

/** Two acknowledged changes cannot have made the same version: the first was forgotten before the second. */
function findTwiceWritten(row: string, writes: readonly HistoryEvent[]): Violation[] {
  const byVersion = Map.groupBy(writes, ({ version }) => version);
  return byVersion
    .values()
    .filter((same) => new Set(same.map(({ key }) => key)).size > 1)
    .map((same) => broken(`two changes made the same version of ${row}`, same, null))
    .toArray();
}

function versionOf(event: HistoryEvent | null): number {
  return event === null ? Number.NEGATIVE_INFINITY : (event.version ?? 0);
}

function keptRows({ notes, items, members, orders }: FinalState): ReadonlyMap<string, Kept> {
  const rows = [...notes, ...items].filter(({ isRemoved }) => !isRemoved);
  return new Map<string, Kept>([
    ...rows.map(({ id, version, title }) => [id, { version, payload: title }] as const),
    ...members.map(({ id, version }) => [id, { version, payload: null }] as const),
    ...orders.map(({ id, version, label }) => [id, { version, payload: label }] as const),
  ]);
}

function broken(what: string, events: readonly HistoryEvent[], kept: Kept | null): Violation {
  return { rule: "I1", what, shownBy: [...events, { kept }] };
}
