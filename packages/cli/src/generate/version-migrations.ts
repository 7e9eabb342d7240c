import { randomUUID } from "node:crypto";
import { existsSync, globSync, readFileSync } from "node:fs";
import { join } from "node:path";

type Dialect = "postgres" | "sqlite";

interface Journal {
  readonly entries: readonly {
    readonly idx: number;
    readonly version: string;
    readonly when: number;
    readonly tag: string;
  }[];
}

/** Migrations to be written, and the journals that name them, by their paths. */
export interface VersionMigrations {
  readonly created: ReadonlyMap<string, string>;
  readonly changed: ReadonlyMap<string, string>;
}

/**
 * A migration for each dialect by which a change of a row raises its version, whoever makes it: without, a change made by hand
 * would be overwritten by one that was made from the version before it. None where there is one. It is entered in
 * drizzle-kit's journal, as its own `generate --custom` would.
 */
export function planVersionMigrations(apiFolder: string, sqlName: string): VersionMigrations {
  const created = new Map<string, string>();
  const changed = new Map<string, string>();
  for (const dialect of ["postgres", "sqlite"] as const) {
    const folder = join(apiFolder, "migrations", dialect);
    const journalFile = join(folder, "meta/_journal.json");
    if (!existsSync(journalFile)) continue;
    const written = globSync("*.sql", { cwd: folder }).map((file) => readFileSync(join(folder, file), "utf8"));
    if (written.some((text) => raisesVersion(text, sqlName, dialect))) continue;

    const journal = JSON.parse(readFileSync(journalFile, "utf8")) as Journal;
    const last = journal.entries.at(-1);
    if (!last) continue;
    const number = (idx: number) => String(idx).padStart(4, "0");
    const idx = last.idx + 1;
    const tag = `${number(idx)}_${sqlName}_version`;
    const snapshot = JSON.parse(readFileSync(join(folder, `meta/${number(last.idx)}_snapshot.json`), "utf8")) as {
      readonly id: string;
    };
    const hasFunction = written.some((text) => /create (?:or replace )?function app_version\b/i.test(text));
    created.set(
      join(folder, `${tag}.sql`),
      dialect === "sqlite" ? onSqlite(sqlName) : onPostgres(sqlName, hasFunction),
    );
    created.set(
      join(folder, `meta/${number(idx)}_snapshot.json`),
      toText({ ...snapshot, id: randomUUID(), prevId: snapshot.id }),
    );
    const entry = { idx, version: last.version, when: Math.max(Date.now(), last.when + 1), tag, breakpoints: true };
    changed.set(journalFile, toText({ ...journal, entries: [...journal.entries, entry] }));
  }
  return { created, changed };
}

function raisesVersion(sql: string, table: string, dialect: Dialect): boolean {
  const moment = dialect === "sqlite" ? "after" : "before";
  return new RegExp(`create trigger \\S+ ${moment} update on ["\`]?${table}["\`]?\\s`, "i").test(sql);
}

function onSqlite(table: string): string {
  return `-- A row's version rises with every change of it, whoever makes it: open lists tell rows apart by it. The writer's own rise is
-- kept. A table that is rebuilt loses its triggers, so they are made again in that migration.
CREATE TRIGGER ${table}_version AFTER UPDATE ON ${table} WHEN NEW.version = OLD.version
BEGIN
  UPDATE ${table} SET version = version + 1 WHERE id = NEW.id;
END;
`;
}

function onPostgres(table: string, hasFunction: boolean): string {
  const makeFunction = `CREATE FUNCTION app_version() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
BEGIN
  IF NEW.version = OLD.version THEN
    NEW.version := OLD.version + 1;
  END IF;
  RETURN NEW;
END $$;
--> statement-breakpoint
`;
  return `-- A row's version rises with every change of it, whoever makes it: open lists tell rows apart by it. The writer's own rise is
-- kept.
${hasFunction ? "" : makeFunction}CREATE TRIGGER app_version BEFORE UPDATE ON ${table} FOR EACH ROW EXECUTE FUNCTION app_version();
`;
}

function toText(value: unknown): string {
  return JSON.stringify(value, null, 2);
}
