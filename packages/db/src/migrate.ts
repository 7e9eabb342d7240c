import { DatabaseUnavailable, type Dialect } from "./database.ts";
import { isExpanding, requireOnlyAdditions } from "./expanding-migration.ts";
import { type Migration, type MigrationSet, readMigrations } from "./migration-set.ts";

export type AppliedMigration = Pick<Migration, "setName" | "name" | "checksum">;

/** Where a dialect keeps which migrations were applied. */
export interface MigrationStore {
  /** In no particular order; empty on a new database. */
  readApplied(): Promise<AppliedMigration[]>;
  /**
   * Begins a transaction that keeps every other migrating process out, gives what was applied to `choose`, applies and
   * records what it chose, and commits. Returns what that was; null when there was nothing to apply.
   */
  applyNext(
    choose: (applied: readonly AppliedMigration[]) => Migration | null,
    appliedAt: Date,
  ): Promise<Migration | null>;
}

/** How far a database is. Names are those of set and file, as in `core/0000_tables`, each set in its order. */
export interface MigrationStatus {
  readonly applied: readonly string[];
  readonly pending: readonly string[];
  /** Why this program and the database do not fit together, and what to do; null when they do. */
  readonly problem: string | null;
}

/**
 * Brings the database to what this program knows: set after set, each migration in a transaction of its own. Returns the
 * names of those it applied itself, as in `core/0000_tables`. What a newer program has applied may be there, if all of it only
 * adds, by its name.
 *
 * @throws when an applied migration was edited, is unknown here, or a new one sorts before it, and with `mustBeReady` when
 * one is missing; nothing is changed then
 */
export async function migrate(
  store: MigrationStore,
  options: {
    readonly dialect: Dialect;
    readonly sets: readonly MigrationSet[];
    readonly mustBeReady: boolean;
    readonly now: () => Date;
  },
): Promise<readonly string[]> {
  const known = await readSets(options);
  const choose = (applied: readonly AppliedMigration[]) => chooseNext(known, applied);

  // The usual start has nothing to do, and then does not wait for anybody's lock.
  const missing = choose(await store.readApplied());
  if (missing === null) return [];
  if (options.mustBeReady) {
    throw new Error(
      `The database lacks the migration ${fullName(missing)}. Run countersign db migrate, or start the server without ` +
        "MIGRATE=check: either applies what is missing.",
    );
  }
  const names: string[] = [];
  for (;;) {
    const applied = await store.applyNext(choose, options.now());
    if (applied === null) return names;
    names.push(fullName(applied));
  }
}

/** Compares the database with what this program knows. Changes nothing. */
export async function readStatus(
  store: Pick<MigrationStore, "readApplied">,
  options: { readonly dialect: Dialect; readonly sets: readonly MigrationSet[] },
): Promise<MigrationStatus> {
  const known = await readSets(options);
  const applied = await store.readApplied();
  return {
    applied: applied.map(fullName).toSorted(inOrderOf(known.flat().map(fullName))),
    pending: known.flatMap((migrations) => notApplied(migrations, applied).map(fullName)),
    problem: findProblem(known, applied),
  };
}

async function readSets(options: {
  readonly dialect: Dialect;
  readonly sets: readonly MigrationSet[];
}): Promise<readonly (readonly Migration[])[]> {
  requireDistinctNames(options.sets);
  const known = await Promise.all(options.sets.map((set) => readMigrations(set, options.dialect)));
  for (const migration of known.flat()) requireOnlyAdditions(migration);
  return known;
}

function fullName({ setName, name }: Pick<Migration, "setName" | "name">): string {
  return `${setName}/${name}`;
}

/** What this program does not know comes last. */
function inOrderOf(names: readonly string[]): (one: string, other: string) => number {
  const place = (name: string) => (names.includes(name) ? names.indexOf(name) : names.length);
  return (one, other) => place(one) - place(other) || (one < other ? -1 : 1);
}

function findProblem(known: readonly (readonly Migration[])[], applied: readonly AppliedMigration[]): string | null {
  try {
    chooseNext(known, applied);
    return null;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

function requireDistinctNames(sets: readonly MigrationSet[]): void {
  const names = sets.map(({ name }) => name);
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined) throw new Error(`Two migration sets are named "${twice}". Give each its own name.`);
}

/** Names the migration in the error of one of its statements. */
export function failedMigration(migration: Migration, error: unknown): Error {
  if (error instanceof DatabaseUnavailable) return error;
  const reason = error instanceof Error ? error.message : String(error);
  return new Error(`Migration ${fullName(migration)} failed and left nothing behind: ${reason}`, { cause: error });
}

/** The first migration that is missing. All sets are checked before anything is applied. */
function chooseNext(sets: readonly (readonly Migration[])[], applied: readonly AppliedMigration[]): Migration | null {
  const missing = sets.map((migrations) => missingOf(migrations, applied));
  return missing.flat()[0] ?? null;
}

function missingOf(known: readonly Migration[], allApplied: readonly AppliedMigration[]): readonly Migration[] {
  const applied = checksumsOf(known, allApplied);
  requireAllKnown(known, applied);
  requireUnedited(known, applied);

  const late = known.slice(0, applied.size).find(({ name }) => !applied.has(name));
  if (late) {
    throw new Error(
      `Migration ${fullName(late)} was added before one that the database has already. Number it anew, after it.`,
    );
  }
  return notApplied(known, allApplied);
}

function notApplied(known: readonly Migration[], allApplied: readonly AppliedMigration[]): readonly Migration[] {
  const applied = checksumsOf(known, allApplied);
  return known.filter(({ name }) => !applied.has(name));
}

/** Of the set's applied migrations, by name. */
function checksumsOf(known: readonly Migration[], applied: readonly AppliedMigration[]): ReadonlyMap<string, string> {
  const own = applied.filter(({ setName }) => setName === known[0]?.setName);
  return new Map(own.map(({ name, checksum }) => [name, checksum]));
}

/** What came after all that is known here, and says that it only adds, is no obstacle. */
function requireAllKnown(known: readonly Migration[], applied: ReadonlyMap<string, string>): void {
  const newest = known.at(-1);
  if (!newest) return;
  const names = new Set(known.map(({ name }) => name));
  const isHarmless = (name: string) => isExpanding(name) && name > newest.name;
  const unknown = [...applied.keys()].filter((name) => !names.has(name) && !isHarmless(name)).toSorted();
  if (unknown.length === 0) return;
  throw new Error(
    `The database is newer than this program: it has ${unknown.map((name) => `${newest.setName}/${name}`).join(", ")}, ` +
      `and this program ends with ${fullName(newest)}. Start the newer program, or restore a backup from before the upgrade.`,
  );
}

function requireUnedited(known: readonly Migration[], applied: ReadonlyMap<string, string>): void {
  const edited = known.find(({ name, checksum }) => applied.has(name) && applied.get(name) !== checksum);
  if (!edited) return;
  throw new Error(
    `Migration ${fullName(edited)} was edited after it had been applied. Restore its text and write a new one.`,
  );
}
