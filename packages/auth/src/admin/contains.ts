import { type Column, or, type SQL } from "drizzle-orm";

import { type Dialect, textContains } from "@countersign/db";

import { toEmailKey } from "../account/email.ts";

/**
 * Is the text part of any of these columns? What it says is searched for as it is: no character has a meaning of its own.
 * In `keys`, which are normalised, so is what is looked for.
 */
export function contains(
  text: string,
  { keys = [], texts = [] }: { readonly keys?: readonly Column[]; readonly texts?: readonly Column[] },
  dialect: Dialect,
): SQL | undefined {
  return or(
    ...keys.map((column) => textContains(column, toEmailKey(text), dialect)),
    ...texts.map((column) => textContains(column, text.trim(), dialect)),
  );
}
