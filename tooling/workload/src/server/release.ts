import { pathToFileURL } from "node:url";

import { z } from "zod";

import type { MigrationSet } from "@countersign/db";

import { migrations } from "./tables.ts";

/** What releases of the workload's server differ in, when several of them run one after the other. */
export interface Release {
  readonly migrations: MigrationSet;
  /** A column of the orders that this release writes and reads, which other releases know nothing of. */
  readonly remarkColumn: string | null;
}

/** A release by the variables of its process: `MIGRATIONS_FOLDER`, with a folder for each dialect, and `REMARK_COLUMN`. */
export const ReleaseEnv = z
  .object({
    MIGRATIONS_FOLDER: z.string().optional(),
    REMARK_COLUMN: z
      .string()
      .regex(/^[a-z0-9_]*$/)
      .default(""),
  })
  .transform(({ MIGRATIONS_FOLDER: folder, REMARK_COLUMN: column }): Release => ({
    migrations: folder === undefined ? migrations : migrationsIn(folder),
    remarkColumn: column || null,
  }));

/** The workload's set as a release has it. */
export function migrationsIn(folder: string): MigrationSet {
  const [postgres, sqlite] = ["postgres", "sqlite"].map((dialect) => pathToFileURL(`${folder}/${dialect}/`));
  if (!postgres || !sqlite) throw new Error("There are two dialects.");
  return { ...migrations, folders: { postgres, sqlite } };
}
