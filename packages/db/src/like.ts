import { type Column, or, type SQL, sql } from "drizzle-orm";

import type { Dialect } from "./database.ts";

/** Does the text stand in the column, in upper or lower case? `%` and `_` are characters like others. */
export function textContains(column: Column, text: string, dialect: Dialect): SQL {
  return like(column, (literal) => `%${literal}%`, text, dialect);
}

/** Does the column begin with it? */
export function textStartsWith(column: Column, text: string, dialect: Dialect): SQL {
  return like(column, (literal) => `${literal}%`, text, dialect);
}

function like(column: Column, pattern: (literal: string) => string, text: string, dialect: Dialect): SQL {
  const operator = dialect === "postgres" ? sql`ilike` : sql`like`;
  // SQLite, and Postgres under the locale C, ignore the case of A to Z only: other letters are asked for in each case they are
  // likely to stand in.
  const likely = isAscii(text) ? [text] : [text, text.toLowerCase(), text.toUpperCase(), capitalize(text)];
  const spellings = new Map(likely.map((spelling) => [spelling.replaceAll(/[A-Z]/g, lower), spelling])).values();
  const matches = Array.from(
    spellings,
    (spelling) => sql`${column} ${operator} ${pattern(escape(spelling))} escape '\\'`,
  );
  return or(...matches) ?? sql`1 = 0`;
}

function lower(letter: string): string {
  return letter.toLowerCase();
}

function escape(text: string): string {
  return text.replaceAll(/[\\%_]/g, String.raw`\$&`);
}

function isAscii(text: string): boolean {
  return /^[\u0000-\u007f]*$/.test(text);
}

function capitalize(text: string): string {
  const [first = "", ...rest] = text;
  return first.toUpperCase() + rest.join("").toLowerCase();
}
