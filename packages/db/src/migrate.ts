import { DatabaseUnavailable, type Dialect } from "./database.ts";
import { type Migration, type MigrationSet, readMigrations } from "./migration-set.ts";

export type AppliedMigration = Pick<Migration, "setName" | "name" | "checksum">;

/** Where a dialect keeps which migrations were applied. */
export interface MigrationStore {
  /** In no particular order; empty on a new database. */
  readApplied(): Promise<AppliedMigration[]>;
  /**
   * Begins a transaction that keeps every other migrating process out, gives what was applied to `choose`, applies and
   * records what it chose, and commits. Returns whether there was something to apply.
   */
  applyNext(choose: (applied: readonly AppliedMigration[]) => Migration | null, appliedAt: Date): Promise<boolean>;
}

/**
 * Brings the database to what this program knows: set after set, each migration in a transaction of its own.
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
): Promise<void> {
  requireDistinctNames(options.sets);
  const known = await Promise.all(options.sets.map((set) => readMigrations(set, options.dialect)));
  const choose = (applied: readonly AppliedMigration[]) => chooseNext(known, applied);

  // The usual start has nothing to do, and then does not wait for anybody's lock.
  const missing = choose(await store.readApplied());
  if (missing === null) return;
  if (options.mustBeReady) {
    throw new Error(
      `The database lacks the migration ${missing.setName}/${missing.name}. Start the server, which applies what is missing.`,
    );
  }
  while (await store.applyNext(choose, options.now()));
}

function requireDistinctNames(sets: readonly MigrationSet[]): void {
  const names = sets.map(({ name }) => name);
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined) throw new Error(`Two migration sets are named "${twice}". Give each its own name.`);
}

/** Names the migration in the error of one of its statements. */
export function failedMigration({ setName, name }: Migration, error: unknown): Error {
  if (error instanceof DatabaseUnavailable) return error;
  const reason = error instanceof Error ? error.message : String(error);
  return new Error(`Migration ${setName}/${name} failed and left nothing behind: ${reason}`, { cause: error });
}

/** The first migration that is missing. All sets are checked before anything is applied. */
function chooseNext(sets: readonly (readonly Migration[])[], applied: readonly AppliedMigration[]): Migration | null {
  const missing = sets.map((migrations) => missingOf(migrations, applied));
  return missing.flat()[0] ?? null;
}

function missingOf(known: readonly Migration[], allApplied: readonly AppliedMigration[]): readonly Migration[] {
  const [first] = known;
  if (!first) return [];

  const applied = new Map(
    allApplied.filter(({ setName }) => setName === first.setName).map(({ name, checksum }) => [name, checksum]),
  );
  requireAllKnown(first.setName, known, applied);
  requireUnedited(known, applied);

  const missing = known.filter(({ name }) => !applied.has(name));
  const late = known.slice(0, applied.size).find(({ name }) => !applied.has(name));
  if (late) {
    throw new Error(
      `Migration ${late.setName}/${late.name} was added before one that the database has already. Number it anew, after it.`,
    );
  }
  return missing;
}

function requireAllKnown(setName: string, known: readonly Migration[], applied: ReadonlyMap<string, string>): void {
  const names = new Set(known.map(({ name }) => name));
  const unknown = [...applied.keys()].filter((name) => !names.has(name)).toSorted();
  if (unknown.length === 0) return;
  throw new Error(
    `The database is newer than this program: it has ${unknown.map((name) => `${setName}/${name}`).join(", ")}. ` +
      "Start the newer program, or restore a backup from before the upgrade.",
  );
}

function requireUnedited(known: readonly Migration[], applied: ReadonlyMap<string, string>): void {
  const edited = known.find(({ name, checksum }) => applied.has(name) && applied.get(name) !== checksum);
  if (!edited) return;
  throw new Error(
    `Migration ${edited.setName}/${edited.name} was edited after it had been applied. Restore its text and write a new one.`,
  );
}
