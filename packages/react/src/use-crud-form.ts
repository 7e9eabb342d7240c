import { useMemo } from "react";

import {
  type Conflict,
  conflictOf,
  type Draft,
  type Drafts,
  type FieldErrors,
  type FieldNameOf,
  type FormOptions,
  type FormValues,
  isUnsaved,
  type PendingChange,
  type RowOf,
  type RowsRouter,
  type SaveOutcome,
  valuesOf,
} from "@countersign/client";
import type { LiveRow } from "@countersign/contract";

import { useDrafts } from "./use-drafts.ts";
import { useStore } from "./use-store.ts";

export type CrudFormOptions<Router extends RowsRouter, Names extends FieldNameOf<Router>> = FormOptions<
  Router,
  Names
> & {
  /** The row to change, as it is now; null for a new one. */
  readonly row: RowOf<Router> | null;
  /** Is the row not there any more, so that `row` is what it was last? */
  readonly isGone?: boolean | undefined;
  /** Tells new rows apart that are written at the same time. Default: there is one. */
  readonly newId?: string | undefined;
};

export interface CrudForm<Row extends LiveRow, Values extends object> extends CrudFormActions<Row, Values> {
  /** What stands in the form: what was written, over what the row has. */
  readonly values: Values;
  readonly phase: "writing" | "saving" | "conflict" | "gone";
  /** While it is saved: `waiting` for a connection or for its owner, `sending`, or `checking` whether it has been. */
  readonly progress: PendingChange["phase"] | null;
  readonly isDirty: boolean;
  /** Somebody has changed, since writing began, a field that was written here; it is not too late to look. */
  readonly isOutdated: boolean;
  readonly errors: FieldErrors<Values>;
  /** Why the last attempt to save failed, where that is not of a field. */
  readonly failure: unknown;
  /** Two versions for the person to choose from: `keepMine`, `takeTheirs`, or go on with `rebase`. */
  readonly conflict: Conflict<Row, Values> | null;
}

export interface CrudFormActions<Row extends LiveRow, Values extends object> {
  readonly set: (values: Partial<Values>) => void;
  /** For a control: `<Input {...form.field("title")} />` of what takes a value and calls back with the next. */
  readonly field: <Name extends keyof Values>(
    name: Name,
  ) => {
    readonly value: Values[Name];
    readonly onChange: (value: Values[Name]) => void;
    readonly error: string | undefined;
  };
  /** Saves, now or when there is a connection. It never rejects: what went wrong is in the form. */
  readonly save: () => Promise<SaveOutcome<Row>>;
  /** Back to what the row has. */
  readonly discard: () => void;
  /** Back into the form with what waits and was never sent. */
  readonly reopen: () => void;
  /** Puts what was written against the row as it is now. */
  readonly compare: () => void;
  readonly keepMine: () => Promise<SaveOutcome<Row>>;
  /** Leaves the other version's fields as they are, and saves what was written besides. */
  readonly takeTheirs: () => Promise<SaveOutcome<Row>>;
  /** Goes on writing on top of the other version. */
  readonly rebase: () => void;
  /** Makes a new row of what was written in one that is gone. */
  readonly saveAsNew: () => Promise<SaveOutcome<Row>>;
}

/**
 * A form for a row, new or not: fields typed by the router, faults at their fields, nothing lost when the connection is, when
 * another page is looked at, or when the session ends and the same user comes back.
 *
 *     const form = useCrudForm(rpc.project, { row: project, empty: { name: "", description: "" } });
 */
export function useCrudForm<Router extends RowsRouter, Names extends FieldNameOf<Router>>(
  router: Router,
  options: CrudFormOptions<Router, Names>,
): CrudForm<RowOf<Router>, FormValues<Router, Names>> {
  const { row, isGone = false, newId = "new", empty } = options;
  const drafts = useDrafts(router, options);
  const id = idOf(row, newId);
  const draft = useStore(drafts, (all) => all.find((each) => each.id === id) ?? null);

  return useMemo(
    () => formOf({ drafts, draft, row, isGone, id, empty }),
    // What is empty is compared by what it says: it is written in place.
    // oxlint-disable-next-line react/exhaustive-deps
    [drafts, draft, row, isGone, id, JSON.stringify(empty)],
  );
}

interface Parts<Row extends LiveRow, Values extends object> {
  readonly drafts: Drafts<Row, Values>;
  readonly draft: Draft<Row, Values> | null;
  readonly row: Row | null;
  readonly isGone: boolean;
  readonly id: string;
  readonly empty: Values;
}

function formOf<Row extends LiveRow, Values extends object>(parts: Parts<Row, Values>): CrudForm<Row, Values> {
  const { drafts, draft, row, id, empty } = parts;
  const values = draft?.values ?? valuesOf(row, empty);
  const phase = phaseOf(parts);
  const { errors, failure } = faultsOf(draft);
  const begin = () => drafts.open(row, id);

  function set(written: Partial<Values>) {
    begin();
    drafts.write(id, written);
    // What says the same as the row again is no draft: the row may change under it.
    const left = drafts.get().find((each) => each.id === id);
    if (left && !isUnsaved(left, empty)) drafts.discard(id);
  }

  return {
    values,
    phase,
    progress: draft?.state.phase === "saving" ? draft.state.progress : null,
    isDirty: draft !== null && isUnsaved(draft, empty),
    isOutdated: draft !== null && phase === "writing" && row !== null && row.version > (draft.base?.version ?? 0),
    errors,
    failure,
    conflict: draft && conflictOf(draft),
    set,
    field: (name) => ({
      value: values[name],
      // The cast: a name that is only known when it is called makes no object of one type.
      onChange: (value) => set({ [name]: value } as unknown as Partial<Values>),
      error: errors[name],
    }),
    save() {
      begin();
      return drafts.save(id);
    },
    discard: () => drafts.discard(id),
    reopen: () => drafts.reopen(id),
    compare: () => row && drafts.compare(id, row),
    keepMine: () => drafts.keepMine(id),
    takeTheirs: () => drafts.takeTheirs(id),
    rebase: () => drafts.rebase(id),
    saveAsNew() {
      begin();
      return drafts.saveAsNew(id);
    },
  };
}

/** What is seen to be gone is, before anybody tries to save it. */
function phaseOf<Row extends LiveRow, Values extends object>({ draft, row, isGone }: Parts<Row, Values>) {
  const phase = draft?.state.phase ?? "writing";
  return phase === "writing" && isGone && row !== null ? "gone" : phase;
}

function idOf(row: LiveRow | null, newId: string): string {
  return row?.id ?? newId;
}

function faultsOf<Row extends LiveRow, Values>(draft: Draft<Row, Values> | null) {
  const none: { errors: FieldErrors<Values>; failure: unknown } = { errors: {}, failure: null };
  return draft?.state.phase === "writing" ? draft.state : none;
}
