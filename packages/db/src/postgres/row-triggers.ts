import { Client, type ClientConfig, escapeIdentifier, escapeLiteral } from "pg";

import { mostTopics, rowsTopic, type WatchedRows, watchName } from "../row-changes.ts";

import { cannotConnect, translatePostgresError } from "./postgres-error.ts";

/**
 * In a transaction of a process that listens to its own commits, the triggers gather what they tell in this setting, one a
 * line after the first, and the process reads it as it commits; it then tells the others. Everybody else's changes are told
 * by NOTIFY, which makes commits wait for each other: that is for the few that are made by hand.
 */
export const gathering = "countersign.gathered";
const begun = "on";

/** Begins a transaction whose changes are gathered. */
export const beginGathering = `begin; set local ${gathering} = '${begun}'`;

/** Commits one. The first answer is what was gathered. */
export const commitGathered = `select current_setting('${gathering}', true) as gathered; commit`;

/** @returns null when there was too much to tell one by one */
export function readGathered(text: string | null | undefined): readonly string[] | null {
  const [, ...topics] = (text ?? "").split("\n");
  return topics.includes(everything) ? null : topics;
}

const everything = "all";

/**
 * Makes the triggers that are missing. They stay in the database: whoever changes such a row from then on is noticed.
 *
 * @throws DatabaseUnavailable when the tables are locked for too long
 * @throws when the role may not make triggers: it is to be the tables' owner
 */
export async function installRowTriggers(settings: ClientConfig, watched: readonly WatchedRows[]): Promise<void> {
  const client = new Client(settings);
  client.on("error", () => {});
  try {
    await client.connect();
  } catch (error) {
    throw cannotConnect(error);
  }
  try {
    for (const each of watched) {
      if (await isInstalled(client, each)) continue;
      await client.query(
        `begin; select pg_advisory_xact_lock(hashtext('countersign_rows')); ${definitionOf(each)}; commit`,
      );
    }
  } catch (error) {
    throw withCure(translatePostgresError(error, { mayHaveWritten: false }));
  } finally {
    await client.end();
  }
}

function withCure(error: unknown): unknown {
  // insufficient_privilege
  if (!(error instanceof Error && "code" in error && error.code === "42501")) return error;
  return new Error(
    `${error.message}. Let the server's role own the tables, so that it can make the triggers lists need.`,
    {
      cause: error,
    },
  );
}

async function isInstalled(client: Client, watched: WatchedRows): Promise<boolean> {
  const { rows } = await client.query<{ present: number }>(
    `select count(*)::int as present from pg_trigger join pg_proc on pg_proc.oid = tgfoid
      where tgrelid = to_regclass($1) and tgenabled <> 'D' and proname = $2 and prosrc = $3`,
    [escapeIdentifier(watched.table), watchName(watched), bodyOf(watched)],
  );
  return rows[0]?.present === events.length;
}

const events = ["insert", "update", "delete", "truncate"] as const;

const transitions: Readonly<Record<(typeof events)[number], string>> = {
  insert: "referencing new table as new_rows",
  update: "referencing old table as old_rows new table as new_rows",
  delete: "referencing old table as old_rows",
  // It has none.
  truncate: "",
};

function definitionOf(watched: WatchedRows): string {
  const [func, table] = [escapeIdentifier(watchName(watched)), escapeIdentifier(watched.table)];
  const triggers = events.map(
    (event) =>
      `create or replace trigger ${escapeIdentifier(`${watchName(watched)}_${event}`)} after ${event} on ${table} ` +
      `${transitions[event]} for each statement execute function ${func}()`,
  );
  // A function is made without a look at what it names: then every write would fail.
  const check =
    watched.column === null
      ? ""
      : `select watched.${escapeIdentifier(watched.column)} from ${table} as watched limit 0; `;
  const body = `create or replace function ${func}() returns trigger language plpgsql as ${escapeLiteral(bodyOf(watched))}`;
  return check + [body, ...triggers].join("; ");
}

/** One function for all events: plpgsql looks at a transition table only where it is used. */
function bodyOf(watched: WatchedRows): string {
  const one = (rows: string) => `array(${distinctTopics(watched, rows)} limit ${mostTopics + 1})`;
  const both = `array(${distinctTopics(watched, "old_rows")} union ${distinctTopics(watched, "new_rows")} limit ${mostTopics + 1})`;
  return `
declare
  topics text[];
  topic text;
  gathered text := current_setting('${gathering}', true);
begin
  case tg_op
    when 'INSERT' then topics := ${one("new_rows")};
    when 'UPDATE' then topics := ${both};
    when 'DELETE' then topics := ${one("old_rows")};
    else topics := array['${everything}'];
  end case;
  if cardinality(topics) > ${mostTopics} or length(gathered) > 20000
    or exists (select from unnest(topics) as told where length(told) > 400 or told ~ '[[:cntrl:]]')
  then
    topics := array['${everything}'];
  end if;
  foreach topic in array topics loop
    if coalesce(gathered, '') = '' then
      perform pg_notify('countersign_changes', topic);
    elsif strpos(gathered || E'\\n', E'\\n' || topic || E'\\n') = 0 then
      gathered := gathered || E'\\n' || topic;
    end if;
  end loop;
  if coalesce(gathered, '') <> '' then
    perform set_config('${gathering}', gathered, true);
  end if;
  return null;
end `;
}

function distinctTopics({ table, column }: WatchedRows, rows: string): string {
  if (column === null) return `select distinct ${escapeLiteral(rowsTopic({ table, column }))}::text from ${rows}`;
  const [prefix, named] = [escapeLiteral(rowsTopic({ table, column }, "")), escapeIdentifier(column)];
  return `select distinct ${prefix} || ${named}::text from ${rows} where ${named} is not null`;
}
