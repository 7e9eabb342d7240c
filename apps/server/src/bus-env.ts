import { z } from "zod";

/** How the servers of one app tell each other what may have changed. */
export type BusChoice =
  | { readonly kind: "memory" }
  | { readonly kind: "postgres"; readonly url: string }
  | { readonly kind: "redis"; readonly url: string };

/** The variables that say so. */
export const busVariables = {
  REDIS_URL: z
    .string()
    .refine(isRedisUrl, "Write redis://host:6379, or rediss://user:password@host:6379 with TLS.")
    .optional(),
  BUS: z.enum(["memory", "postgres", "redis"], 'Write "memory", "postgres" or "redis".').optional(),
};

interface BusVariables {
  readonly REDIS_URL?: string | undefined;
  readonly BUS?: BusChoice["kind"] | undefined;
}

/**
 * Chooses it: Redis where its URL is given, else the database where that is PostgreSQL, else within this one process.
 *
 * @throws when what is wanted cannot be.
 */
export function chooseBus(
  { REDIS_URL, BUS }: BusVariables,
  site: { readonly isProduction: boolean; readonly databaseUrl: string },
): { readonly bus: BusChoice; readonly warnings: readonly string[] } {
  const isPostgres = /^postgres(?:ql)?:/.test(site.databaseUrl);
  const kind = BUS ?? (REDIS_URL ? "redis" : isPostgres ? "postgres" : "memory");
  if (kind === "redis") {
    if (!REDIS_URL) throw new Error("REDIS_URL: BUS=redis needs it, as in redis://localhost:6379.");
    return { bus: { kind, url: REDIS_URL }, warnings: warnOfSqlite(isPostgres, "REDIS_URL") };
  }
  if (kind === "postgres") {
    if (!isPostgres) throw new Error("BUS: postgres needs a DATABASE_URL of postgres://…, and this one is SQLite.");
    return { bus: { kind, url: site.databaseUrl }, warnings: [] };
  }
  return { bus: { kind }, warnings: isPostgres && site.isProduction ? [aloneOnPostgres] : [] };
}

const aloneOnPostgres =
  "BUS=memory is for one server only: a second one on this database would learn of sign-outs by the database's notices and the lease. Leave BUS out to tell all of them.";

function warnOfSqlite(isPostgres: boolean, name: string): string[] {
  if (isPostgres) return [];
  return [
    `${name} is set, but the database is SQLite: its file serves one machine. Use PostgreSQL for several servers.`,
  ];
}

function isRedisUrl(text: string): boolean {
  return URL.canParse(text) && /^rediss?:$/.test(new URL(text).protocol) && new URL(text).hostname !== "";
}
