import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

import type { MigrationSet } from "../index.ts";

/** A set of migrations in a folder of its own; the same text serves both dialects. */
export function writeMigrations(texts: Readonly<Record<string, string>>) {
  const folder = mkdtempSync(join(tmpdir(), "countersign-migrations-"));
  const url = pathToFileURL(`${folder}/`);
  const set: MigrationSet = { name: "app", folders: { sqlite: url, postgres: url } };
  const write = (name: string, text: string) => writeFileSync(join(folder, `${name}.sql`), text);
  for (const [name, text] of Object.entries(texts)) write(name, text);
  return { set, write, [Symbol.dispose]: () => rmSync(folder, { recursive: true }) };
}
