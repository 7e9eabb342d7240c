import { asc, eq, exists, gt, inArray, or, type SQL, sql } from "drizzle-orm";
import type { PgColumn } from "drizzle-orm/pg-core";

import { type Clock, newId } from "@countersign/auth";
import type { CoreTables, Database } from "@countersign/db";

import type { Log } from "../services.ts";

import type { FileStore } from "./file-store.ts";

/** Beyond the longest upload, a file that is not kept will not be any more. */
const graceMs = 60 * 60 * 1000;
const batchSize = 500;

interface KnownFile {
  readonly key: string;
  readonly createdAt: Date;
  readonly keptAt: Date | null;
  /** 1: a row of the app names it. */
  readonly named: number;
}

/** Where an app keeps its files, and which of its columns name them. */
export interface FileOptions<Tables extends CoreTables = CoreTables> {
  readonly store: FileStore;
  /** The columns that hold keys of files. A file that none of them names is removed. */
  namedBy(tables: Tables): readonly [PgColumn, ...PgColumn[]];
}

/**
 * The files of the store, by what the database knows of them. One that the database does not know is left alone: it may be another's.
 */
export class StoredFiles {
  readonly store: FileStore;
  readonly #db: Database;
  readonly #clock: Clock;
  readonly #log: Log;
  readonly #namedBy: readonly PgColumn[];
  readonly #uploadMs: number;
  #sweeping: Promise<void> | null = null;
  #isDue = false;

  constructor(options: {
    readonly store: FileStore;
    readonly namedBy: readonly PgColumn[];
    readonly db: Database;
    readonly clock: Clock;
    readonly log: Log;
    /** How long an upload may take. */
    readonly uploadMs: number;
  }) {
    this.store = options.store;
    this.#namedBy = options.namedBy;
    this.#db = options.db;
    this.#clock = options.clock;
    this.#log = options.log;
    this.#uploadMs = options.uploadMs;
  }

  /** A key for a file that is about to come: written down first, so that it is found whatever happens. */
  async expect(): Promise<string> {
    const key = newId();
    await this.#db
      .insert(this.#db.tables.storedFiles)
      .values({ key, createdAt: new Date(this.#clock.now()), keptAt: null });
    return key;
  }

  /** Removes a file unless a row that names it has been committed. Never rejects: what fails here is left for the sweep. */
  async discardUnlessKept(key: string): Promise<void> {
    const { storedFiles } = this.#db.tables;
    try {
      const [file] = await this.#db
        .select({ keptAt: storedFiles.keptAt })
        .from(storedFiles)
        .where(eq(storedFiles.key, key));
      if (file?.keptAt === null) await this.#remove(key);
    } catch (error) {
      this.#log.warn({ err: error }, "A file that is not kept could not be removed; the next sweep tries again");
    }
  }

  /**
   * Removes, in the background, all files that no row names any more: after the commit of what removed the rows. Never rejects.
   */
  sweepSoon(): void {
    this.#isDue = true;
    this.#sweeping ??= this.#sweepWhileDue();
  }

  /** Resolves when no sweep is under way. */
  async settled(): Promise<void> {
    await this.#sweeping;
  }

  /** Removes those of these files that no row names any more: after the commit of what removed the rows. Never rejects. */
  async release(keys: readonly string[]): Promise<void> {
    const { storedFiles } = this.#db.tables;
    try {
      for (const file of await this.#read(inArray(storedFiles.key, [...keys]))) {
        if (this.#isOver(file)) await this.#remove(file.key);
      }
    } catch (error) {
      this.#log.warn(
        { err: error },
        "Files that are not named any more could not be removed; the next sweep tries again",
      );
    }
  }

  /** Removes all files that no row names any more, and those of uploads that broke off. A part at a time: others want to read, too. */
  async sweep(): Promise<void> {
    const { storedFiles } = this.#db.tables;
    let after = "";
    for (;;) {
      const files = await this.#read(gt(storedFiles.key, after));
      for (const file of files) if (this.#isOver(file)) await this.#remove(file.key);
      if (files.length < batchSize) return;
      after = files.at(-1)?.key ?? "";
      await new Promise((resolve) => setImmediate(resolve));
    }
  }

  async #sweepWhileDue(): Promise<void> {
    while (this.#isDue) {
      this.#isDue = false;
      await this.sweep().catch((error: unknown) => {
        this.#log.warn({ err: error }, "Files could not be swept; the next sweep tries again");
      });
    }
    this.#sweeping = null;
  }

  /** In one statement, so that a file that is being kept is either named already or not yet kept. */
  async #read(which: SQL): Promise<readonly KnownFile[]> {
    const { storedFiles } = this.#db.tables;
    const { key, createdAt, keptAt } = storedFiles;
    const isNamed = or(...this.#namedBy.map((column) => exists(this.#namesOf(column))));
    const named = sql<number>`case when ${isNamed} then 1 else 0 end`.mapWith(Number);
    return this.#db
      .select({ key, createdAt, keptAt, named })
      .from(storedFiles)
      .where(which)
      .orderBy(asc(key))
      .limit(batchSize);
  }

  #isOver({ named, keptAt, createdAt }: KnownFile): boolean {
    if (named === 1) return false;
    return keptAt !== null || createdAt.getTime() < this.#clock.now() - this.#uploadMs - graceMs;
  }

  #namesOf(column: PgColumn) {
    return this.#db.select({ key: column }).from(column.table).where(eq(column, this.#db.tables.storedFiles.key));
  }

  /** The bytes first: what fails is still written down. */
  async #remove(key: string): Promise<void> {
    const { storedFiles } = this.#db.tables;
    await this.store.remove(key);
    await this.#db.delete(storedFiles).where(eq(storedFiles.key, key));
  }
}
