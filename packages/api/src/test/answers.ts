import type { RawFrame } from "@countersign/rpc/testing";

/** A row as a test looks at it. */
export type SentRow = Readonly<Record<string, unknown>> & {
  readonly id: string;
  readonly version: number;
  readonly $can: Readonly<Record<string, boolean>>;
};

export interface SentPage {
  readonly rows: readonly SentRow[];
  readonly nextCursor: string | null;
  readonly total: number | null;
}

/** @throws when it was refused */
export function rowOf(frame: RawFrame): SentRow {
  return dataOf(frame) as SentRow;
}

/** @throws when it was refused */
export function pageOf(frame: RawFrame): SentPage {
  return dataOf(frame) as SentPage;
}

/** The code of a refusal; undefined when it was none. */
export function codeOf(frame: RawFrame): string | undefined {
  return frame.error?.data.code;
}

/** The reason of a refusal, or its code when it has none; `ok` when it was none. */
export function outcomeOf({ error }: RawFrame): string {
  if (!error) return "ok";
  const { reason, code } = error.data;
  return typeof reason === "string" ? reason : code;
}

function dataOf({ error, result }: RawFrame): unknown {
  if (error) throw new Error(JSON.stringify(error));
  return result?.data;
}
