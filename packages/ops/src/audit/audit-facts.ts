import type { MigrationStatus } from "@countersign/db";

/** What was found out about what a server works with, just now. */
export interface AuditFacts {
  /** Null where it was not looked at. */
  readonly database: DatabaseFacts | null;
  /** Can other servers be told? Null where there is nothing to reach: the bus is this process. */
  readonly bus: { readonly isReachable: boolean } | null;
  /** Settings whose folder lies among pages, which are served to everybody: in a folder with an `index.html`, or below one. */
  readonly amongPages: readonly ("UPLOAD_FOLDER" | "DATABASE_URL")[];
}

export type DatabaseFacts =
  /** Nothing was made there yet. */
  | { readonly state: "missing" }
  /** The reason holds no secret. */
  | { readonly state: "unreachable"; readonly reason: string }
  | OpenedDatabase;

export interface OpenedDatabase {
  readonly state: "open";
  /** As a connection of the server has it. SQLite: `journal_mode`, `synchronous`. PostgreSQL: `fsync`, `full_page_writes`, `synchronous_commit`. */
  readonly durability: Readonly<Record<string, string>>;
  readonly migrations: Pick<MigrationStatus, "pending" | "problem">;
  /** Servers that run on it, besides the one that asks. On SQLite 1 stands for any number. */
  readonly otherServers: number;
  /** Active accounts that development makes: known by their addresses. */
  readonly demoUsers: readonly { readonly username: string; readonly isSuperuser: boolean }[];
  /** How many sessions run that came from an identity provider, by the name it has, or had, here. */
  readonly providerSessions: readonly { readonly provider: string; readonly count: number }[];
  /** How far its clock is ahead of this machine's, in milliseconds. Null where it is this machine's. */
  readonly clockAheadMs: number | null;
}
