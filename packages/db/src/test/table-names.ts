import { openDatabase } from "../index.ts";

/** The tables that the database has, by name. */
export async function tableNames(url: string): Promise<string[]> {
  await using db = await openDatabase(url, { migrations: [] });
  const statement = db.prepare<{ name: string }>("table_names", {
    sqlite: "select name from sqlite_schema where type = 'table' order by name",
    postgres: "select table_name as name from information_schema.tables where table_schema = 'public' order by 1",
  });
  const rows = await statement.all([]);
  return rows.map(({ name }) => name);
}
