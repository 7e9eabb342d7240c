import { type Column, or, type SQL, sql } from "drizzle-orm";

import { toEmailKey } from "../account/email.ts";

/**
 * Is the text part of any of these columns? What it says is searched for as it is: no character has a meaning of its own.
 * Upper and lower case are one in `keys`, columns kept in lower case, and elsewhere as far as the database knows letters.
 */
export function contains(
  text: string,
  { keys = [], texts = [] }: { readonly keys?: readonly Column[]; readonly texts?: readonly Column[] },
): SQL | undefined {
  const [exact, lower] = [toPattern(text.trim()), toPattern(toEmailKey(text))];
  return or(
    ...keys.map((column) => sql`${column} like ${lower} escape '!'`),
    ...texts.map((column) => sql`lower(${column}) like ${lower} escape '!'`),
    ...(exact === lower ? [] : texts.map((column) => sql`${column} like ${exact} escape '!'`)),
  );
}

function toPattern(text: string): string {
  return `%${text.replaceAll(/[!%_]/g, "!$&")}%`;
}
