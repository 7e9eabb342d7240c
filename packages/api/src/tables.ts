import { coreTables, extendTables } from "@countersign/db";

import { defineNotes } from "./note/table.ts";

/** The library's tables and this app's. */
export const tables = extendTables(coreTables, (words, { users }) => ({ notes: defineNotes(words, users) }));
export type Tables = (typeof tables)["postgres"];
