import type { LiveRow } from "@countersign/contract";

import type { PendingChange } from "./shown-row.ts";

export type FieldErrors<Values> = { readonly [Name in keyof Values]?: string };

/** A row somebody writes, from opening the form until the server has it. */
export interface Draft<Row extends LiveRow, Values> {
  /** The row's id; of a new row one that is made up here. */
  readonly id: string;
  /** The row as it was when writing began; null for a new one. */
  readonly base: Row | null;
  readonly values: Values;
  readonly state: DraftState<Row, Values>;
}

export type DraftState<Row extends LiveRow, Values> =
  /** In the form. `failure` is why the last attempt to save it failed, where that is not of a field. */
  | { readonly phase: "writing"; readonly errors: FieldErrors<Values>; readonly failure: unknown }
  /** On its way: see `PendingChange`. It waits, too, for its owner to come back. */
  | { readonly phase: "saving"; readonly progress: PendingChange["phase"] }
  /** Somebody else has changed the row into `current` meanwhile. */
  | { readonly phase: "conflict"; readonly current: Row }
  /** The row is not there any more. */
  | { readonly phase: "gone" };

/** Two versions of one row, for the person to choose. */
export interface Conflict<Row extends LiveRow, Values> {
  readonly mine: Values;
  readonly theirs: Values;
  /** The row as it is now. */
  readonly current: Row;
  /** The fields that both have written, and differently. In all others the two are one already. */
  readonly fields: readonly (keyof Values)[];
}

export const untouched = { phase: "writing", errors: {}, failure: null } as const;

/** Would forgetting it lose something? */
export function isUnsaved<Row extends LiveRow, Values extends object>(
  { base, values, state }: Draft<Row, Values>,
  empty: Values,
): boolean {
  return state.phase !== "writing" || differingFields(values, valuesOf(base, empty)).length > 0;
}

/** The two versions of a draft in conflict; null of one that is not. */
export function conflictOf<Row extends LiveRow, Values extends object>(
  draft: Draft<Row, Values>,
): Conflict<Row, Values> | null {
  const { values, state } = draft;
  if (state.phase !== "conflict") return null;
  const { current } = state;
  return {
    mine: mergeInto(current, draft),
    theirs: valuesOf(current, values),
    current,
    fields: clashingFields(current, draft),
  };
}

/** What was written, on top of the row as it is now: all that was not written in is the row's. */
export function mergeInto<Row extends LiveRow, Values extends object>(
  current: Row,
  draft: Written<Row, Values>,
): Values {
  const { values } = draft;
  const mine = Object.fromEntries(writtenFields(draft).map((name) => [name, values[name]]));
  // The cast: these are some of the draft's own values.
  return { ...valuesOf(current, values), ...(mine as Partial<Values>) };
}

/** The fields that were written here and, since writing began, by somebody else to something different. */
export function clashingFields<Row extends LiveRow, Values extends object>(
  current: Row,
  draft: Written<Row, Values>,
): (keyof Values)[] {
  const { base, values } = draft;
  const theirs = valuesOf(current, values);
  const changed = base ? differingFields(theirs, valuesOf(base, values)) : keysOf(values);
  return writtenFields(draft).filter((name) => changed.includes(name) && !isSame(values[name], theirs[name]));
}

type Written<Row extends LiveRow, Values> = Pick<Draft<Row, Values>, "base" | "values">;

/** Of a new row, all of them. */
function writtenFields<Row extends LiveRow, Values extends object>({ base, values }: Written<Row, Values>) {
  return base ? differingFields(values, valuesOf(base, values)) : keysOf(values);
}

/** What of a row is in the form: the fields that a new one begins with. */
export function valuesOf<Values extends object>(row: LiveRow | null, empty: Values): Values {
  if (row === null) return empty;
  const fields = Object.keys(empty).map((name) => [name, (row as unknown as Record<string, unknown>)[name]] as const);
  // The cast: a form's fields are those of the row.
  return Object.fromEntries(fields) as Values;
}

export function differingFields<Values extends object>(one: Values, other: Values): (keyof Values)[] {
  return keysOf(one).filter((name) => !isSame(one[name], other[name]));
}

function keysOf<Values extends object>(values: Values): (keyof Values)[] {
  // The cast: values hold the fields of a form and nothing else.
  return Object.keys(values) as (keyof Values)[];
}

function isSame(one: unknown, other: unknown): boolean {
  // As JSON, what is no number (a field of one that holds other letters) is null.
  if (typeof one === "number" || typeof other === "number") return Object.is(one, other);
  return Object.is(one, other) || JSON.stringify(one) === JSON.stringify(other);
}
