import type { LiveRow } from "@countersign/contract";

/**
 * A row as a list shows it: the server's, or with `$pending` one that says what was done to it here and is not confirmed.
 */
export type ShownRow<Row extends LiveRow> = Row & { readonly $pending?: PendingChange };

export interface PendingChange {
  readonly action: RowAction;
  /**
   * `waiting`: it was not sent yet, for want of a connection or because a change before it is on its way. `sending`: its answer
   * is awaited. `checking`: an answer was lost, so that it may have been carried out or not; it is asked for again.
   */
  readonly phase: "waiting" | "sending" | "checking";
}

export type RowAction = "create" | "update" | "remove" | "restore" | "purge";
