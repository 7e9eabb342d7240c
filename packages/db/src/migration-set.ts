import { createHash } from "node:crypto";
import { readdir, readFile } from "node:fs/promises";

import type { Dialect } from "./database.ts";

/** Migrations of one owner: the library's own, or an application's. Each set has its own order. */
export interface MigrationSet {
  /** What they are recorded under. It never changes. */
  readonly name: string;
  /**
   * Folders of `.sql` files, which are applied in the order of their names. One that ends in `.expand.sql` only adds: programs
   * of before may go on running on the database, and start on it.
   */
  readonly folders: Readonly<Record<Dialect, URL>>;
}

export interface Migration {
  readonly setName: string;
  /** The file's, without its ending. */
  readonly name: string;
  readonly sql: string;
  /** SHA-256 of the text, hex. */
  readonly checksum: string;
}

/** Reads a set for one dialect, in the order to apply it. */
export async function readMigrations(set: MigrationSet, dialect: Dialect): Promise<readonly Migration[]> {
  const folder = set.folders[dialect];
  const files = (await readdir(folder)).filter((file) => file.endsWith(".sql")).toSorted();
  if (files.length === 0) throw new Error(`The migration set "${set.name}" has no .sql files in ${folder.href}.`);
  return Promise.all(files.map((file) => readMigration(set.name, folder, file)));
}

async function readMigration(setName: string, folder: URL, file: string): Promise<Migration> {
  const text = await readFile(new URL(file, asFolder(folder)), "utf8");
  // A checkout on Windows may end lines its own way; that is no edit.
  const sql = text.replaceAll("\r\n", "\n");
  return {
    setName,
    name: file.slice(0, -".sql".length),
    sql,
    checksum: createHash("sha256").update(sql).digest("hex"),
  };
}

/** Relative to a URL without the slash at its end, a file would take the folder's place. */
function asFolder(url: URL): URL {
  return url.href.endsWith("/") ? url : new URL(`${url.href}/`);
}
