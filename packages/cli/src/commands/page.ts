import { Failure } from "../failure.ts";
import { countOf } from "../report/count-of.ts";

const defaultLimit = 50;
const mostLimit = 10_000;

export const limitOption = { value: "count", help: `At most this many, ${defaultLimit} unless told.` } as const;

/** @throws Failure on what is not a sane number */
export function readLimit(text: string | null): number {
  if (text === null) return defaultLimit;
  const limit = /^\d{1,6}$/.test(text) ? Number(text) : 0;
  if (limit >= 1 && limit <= mostLimit) return limit;
  throw new Failure("usage", `--limit: write a whole number from 1 to ${mostLimit}.`);
}

/** The table, with a line that says how much of all it is. */
export function describePage(page: {
  readonly table: string;
  readonly shown: number;
  readonly total: number;
  readonly what: string;
  readonly narrower: string;
}): string {
  const { table, shown, total, what, narrower } = page;
  if (total === 0) return `No ${what}s.`;
  if (shown === total) return `${table}\n\n${countOf(total, what)}.`;
  return `${table}\n\n${shown} of ${countOf(total, what)}: use --limit or ${narrower} for the others.`;
}
