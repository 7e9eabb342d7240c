import type { Migration } from "./migration-set.ts";

/** Ends the names of migrations that only add: `0006_color.expand.sql`. It is recorded with the name. */
const mark = ".expand";

/** May a program run on the database that does not know this migration, because it only adds? */
export function isExpanding(name: string): boolean {
  return name.endsWith(mark);
}

/**
 * A net under whoever names a migration so. What it lets pass leaves alone what an older program reads and writes; whether
 * that program's rules still hold on the new schema, nobody but the author can tell.
 *
 * @throws when there is a statement that is not known to only add
 */
export function requireOnlyAdditions({ setName, name, sql }: Migration): void {
  if (!isExpanding(name)) return;
  const statements = splitStatements(sql).map((text) => text.replaceAll(/\s+/g, " ").trim());
  const made = new Set(statements.flatMap((text) => findTable(text, /^create table (?:if not exists )?/i)));
  const other = statements.find((text) => !isAddition(text, made));
  if (other === undefined) return;
  throw new Error(
    `Migration ${setName}/${name} says that it only adds, but has "${other.slice(0, mostShown)}". Older programs may fail ` +
      `after that: put it into a migration whose name does not end with ${mark}.`,
  );
}

const mostShown = 120;

function isAddition(text: string, made: ReadonlySet<string>): boolean {
  const isOfNewTable = (before: RegExp) => findTable(text, before).some((table) => made.has(table));
  // Else an older program could not remove rows any more that a newer one refers to.
  if (/\breferences\b/i.test(text) && !/\bon delete (?:cascade|set null)\b/i.test(text)) return false;
  if (/^create table (?:if not exists )?[^ (]+ ?\(/i.test(text)) return true;
  if (/^create index /i.test(text)) return true;
  if (/^create unique index /i.test(text)) return isOfNewTable(/^create unique index .*? on /i);
  if (/^create function /i.test(text)) return true;
  if (/^create trigger /i.test(text)) return isOfNewTable(/^create trigger .*? on /i);
  if (/^insert into /i.test(text)) return isOfNewTable(/^insert into /i);
  if (isOfNewTable(/^alter table (?:only )?/i)) return true;
  return isHarmlessColumn(/^alter table [^ ]+ add (?:column )?(.*)$/i.exec(text)?.[1] ?? null);
}

/** A column that an older program may leave out of the rows it writes, whatever is in the others. */
function isHarmlessColumn(definition: string | null): boolean {
  if (definition === null || /^(?:constraint|unique|check|primary|foreign|exclude)\b/i.test(definition)) return false;
  if (/\bnot null\b/i.test(definition) && !/\bdefault\b/i.test(definition)) return false;
  // The last ones: several changes in one statement.
  return !/\b(?:unique|primary key|check|generated|exclude|add|drop|alter|rename)\b/i.test(definition);
}

/** The table named where this ends, without its quotes and its schema. */
function findTable(text: string, before: RegExp): string[] {
  const start = before.exec(text)?.[0];
  const [name = ""] = start === undefined ? [] : text.slice(start.length).split(/[ (;]/);
  return name === "" ? [] : [name.replaceAll(/["`]/g, "").split(".").at(-1)?.toLowerCase() ?? ""];
}

/**
 * Statements without their comments, and with nothing in their quotes: what a text says is no statement. A trigger's body goes
 * with its trigger; where that is in doubt, a piece is left over that is no addition.
 */
function splitStatements(sql: string): string[] {
  const bare = sql.replaceAll(quotedOrComment, (part) => {
    if (/^(?:--|\/\*)/.test(part)) return " ";
    return /^['$]/.test(part) ? "''" : part.replaceAll(/[;\s]/g, "_");
  });
  const statements: string[] = [];
  let begun = "";
  for (const piece of bare.split(";")) {
    begun += `${begun === "" ? "" : ";"}${piece}`;
    const isOpen = /^\s*create trigger\b[\s\S]*\bbegin\b/i.test(begun) && !/\bend\s*$/i.test(begun);
    if (isOpen) continue;
    if (begun.trim() !== "") statements.push(begun);
    begun = "";
  }
  return begun.trim() === "" ? statements : [...statements, begun];
}

const quotedOrComment = /--[^\n]*|\/\*[\s\S]*?\*\/|'(?:[^']|'')*'|"[^"]*"|`[^`]*`|\$(\w*)\$[\s\S]*?\$\1\$/g;
