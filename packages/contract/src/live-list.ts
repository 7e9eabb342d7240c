/** A row of a live list: told apart by `id`, newer by `version`, or shown anew when its rights are others. */
export interface LiveRow {
  readonly id: string;
  readonly version: number;
  /** What the user may do to it, by the names of the policies. */
  readonly $can?: Readonly<Record<string, boolean>>;
}

/** The whole list, sent first and after every gap. */
export interface LiveListFull<Row extends LiveRow> {
  readonly type: "list";
  readonly rows: readonly Row[];
  /** How many there are beyond what is shown, these included; absent when it is not counted. */
  readonly total?: number;
}

/** What changed since the frame before: `remove`, then `upsert`, then put in `order` when it is there. */
export interface LiveListDifference<Row extends LiveRow> {
  readonly type: "difference";
  readonly upsert: readonly Row[];
  readonly remove: readonly string[];
  /** The ids of all rows in their new order; absent when upserted rows keep their place and new ones go to the front. */
  readonly order?: readonly string[];
  /** Present when it has changed. */
  readonly total?: number;
}

export type LiveListFrame<Row extends LiveRow> = LiveListFull<Row> | LiveListDifference<Row>;

/**
 * The difference that makes `after` of `before`, or null when they are equal. Rows with the same id are equal when
 * `isSame` says so; by version and rights when it is not given.
 */
export function diffRows<Row extends LiveRow>(
  before: readonly Row[],
  after: readonly Row[],
  isSame: (before: Row, after: Row) => boolean = isInSameState,
): LiveListDifference<Row> | null {
  const old = new Map(before.map((row) => [row.id, row]));
  const upsert = after.filter((row) => {
    const known = old.get(row.id);
    return known === undefined || !isSame(known, row);
  });
  const present = new Set(after.map((row) => row.id));
  const remove = before.filter((row) => !present.has(row.id)).map((row) => row.id);

  const difference: LiveListDifference<Row> = { type: "difference", upsert, remove };
  const inPlace = applyDifference(before, difference);
  const sameOrder = inPlace.every((row, index) => row.id === after[index]?.id);
  if (sameOrder && upsert.length === 0 && remove.length === 0) return null;
  return sameOrder ? difference : { ...difference, order: after.map((row) => row.id) };
}

function isInSameState(before: LiveRow, after: LiveRow): boolean {
  return before.version === after.version && grantedIn(before) === grantedIn(after);
}

function grantedIn({ $can = {} }: LiveRow): string {
  const granted = Object.keys($can).filter((name) => $can[name]);
  return granted.toSorted().join(" ");
}

/** The rows after a frame. Rows that did not change keep their identity. */
export function applyFrame<Row extends LiveRow>(rows: readonly Row[], frame: LiveListFrame<Row>): readonly Row[] {
  return frame.type === "list" ? frame.rows : applyDifference(rows, frame);
}

function applyDifference<Row extends LiveRow>(
  rows: readonly Row[],
  difference: LiveListDifference<Row>,
): readonly Row[] {
  const byId = new Map(rows.map((row) => [row.id, row]));
  const fresh = difference.upsert.filter((row) => !byId.has(row.id));
  for (const id of difference.remove) byId.delete(id);
  for (const row of difference.upsert) byId.set(row.id, row);

  const ids = difference.order ?? [...fresh, ...rows].map((row) => row.id);
  return ids.flatMap((id) => byId.get(id) ?? []);
}
