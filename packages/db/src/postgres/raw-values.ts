import { types } from "pg";

import { toPlainInstant } from "./plain-instant.ts";

type Parse = (text: string) => unknown;
const keep: Parse = (text) => text;

/**
 * Values for drizzle, which parses instants and JSON itself. Given parsed JSON it would parse again what is a string, and
 * make a number of "42".
 */
export const drizzleValues = readValues({
  [types.builtins.TIMESTAMPTZ]: toPlainInstant,
  [types.builtins.TIMESTAMP]: keep,
  [types.builtins.DATE]: keep,
  [types.builtins.INTERVAL]: keep,
  [types.builtins.JSON]: keep,
  [types.builtins.JSONB]: keep,
});

/** Values as SQLite keeps them: flags are 0 and 1, instants milliseconds, counts numbers, JSON its text. */
export const sqliteValues = readValues({
  [types.builtins.BOOL]: (text) => (text === "t" ? 1 : 0),
  [types.builtins.TIMESTAMPTZ]: (text) => Date.parse(toPlainInstant(text)),
  [types.builtins.INT8]: Number,
  [types.builtins.JSON]: keep,
  [types.builtins.JSONB]: keep,
});

function readValues(parsers: Readonly<Record<number, Parse>>) {
  return {
    getTypeParser(oid: number, format?: "text" | "binary"): Parse {
      const parse = format === "binary" ? undefined : parsers[oid];
      // The driver's own parsers, by number; its typings want a name of an enum.
      return parse ?? (types.getTypeParser as (oid: number, format?: string) => Parse)(oid, format);
    },
  };
}
