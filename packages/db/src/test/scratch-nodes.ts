import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

import { coreMigrations, coreTables, extendTables, type MigrationSet } from "../index.ts";

/** A table of every kind of column, whose rows refer to each other, and whose triggers change what is inserted and updated. */
export const nodeTables = extendTables(coreTables, ({ table, id, text, flag, instant, json, count }) => {
  const nodes = table("nodes", {
    id: id("id").primaryKey(),
    parentId: id("parent_id"),
    title: text("title"),
    isDone: flag("is_done"),
    dueAt: instant("due_at"),
    extra: json("extra"),
    amount: count("amount"),
    version: count("version").notNull().default(1),
  });
  return { nodes };
});

/** Makes it. A folder of files, as an app has. */
export function writeNodeMigrations() {
  const folder = mkdtempSync(join(tmpdir(), "countersign-nodes-"));
  for (const [dialect, text] of Object.entries(texts)) {
    mkdirSync(join(folder, dialect));
    writeFileSync(join(folder, dialect, "0000_nodes.sql"), text);
  }
  const set: MigrationSet = {
    name: "app",
    folders: { postgres: pathToFileURL(join(folder, "postgres/")), sqlite: pathToFileURL(join(folder, "sqlite/")) },
  };
  return { migrations: [coreMigrations, set], [Symbol.dispose]: () => rmSync(folder, { recursive: true }) };
}

const texts = {
  sqlite: `
    create table nodes (
      id text primary key not null, parent_id text references nodes (id) on delete cascade, title text, is_done integer,
      due_at integer, extra text, amount integer, version integer not null default 1
    );
    create trigger nodes_version after update on nodes when new.version = old.version
    begin update nodes set version = version + 1 where id = new.id; end;
    create trigger nodes_children after insert on nodes when new.parent_id is not null
    begin update nodes set version = version + 1 where id = new.parent_id; end`,
  postgres: `
    create table nodes (
      id text primary key not null, parent_id text references nodes (id) on delete cascade, title text, is_done boolean,
      due_at timestamptz(3), extra jsonb, amount bigint, version bigint not null default 1
    );
    create function nodes_version() returns trigger language plpgsql as $$
    begin if new.version = old.version then new.version := old.version + 1; end if; return new; end $$;
    create trigger nodes_version before update on nodes for each row execute function nodes_version();
    create function nodes_children() returns trigger language plpgsql as $$
    begin update nodes set version = version + 1 where id = new.parent_id; return null; end $$;
    create trigger nodes_children after insert on nodes for each row execute function nodes_children()`,
};
