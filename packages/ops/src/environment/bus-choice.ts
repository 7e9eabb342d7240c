import { z } from "zod";

import type { EnvironmentFault } from "./environment-fault.ts";

/** How the servers of one app tell each other what may have changed. */
export type BusChoice =
  | { readonly kind: "memory" }
  | { readonly kind: "postgres"; readonly url: string }
  | { readonly kind: "redis"; readonly url: string };

/** The variables that say so. */
export const busVariables = {
  BUS: z.enum(["memory", "postgres", "redis"], 'Write "memory", "postgres" or "redis".').optional().meta({
    description: "How servers on one database tell each other what may have changed.",
    default: "redis with REDIS_URL, else postgres on PostgreSQL, else memory",
  }),
  REDIS_URL: z
    .string()
    .refine(isRedisUrl, "Write redis://host:6379, or rediss://user:password@host:6379 with TLS.")
    .optional()
    .meta({
      description: "A Redis through which servers tell each other. Nothing is kept there.",
      choices: "`redis://…` or `rediss://…`",
    }),
};

interface BusVariables {
  readonly REDIS_URL?: string | undefined;
  readonly BUS?: BusChoice["kind"] | undefined;
}

/** Chooses it: Redis where its URL is given, else the database where that is PostgreSQL, else within this one process. */
export function chooseBus({ REDIS_URL, BUS }: BusVariables, databaseUrl: string): BusChoice | EnvironmentFault {
  const isPostgres = /^postgres(?:ql)?:/.test(databaseUrl);
  const kind = BUS ?? (REDIS_URL ? "redis" : isPostgres ? "postgres" : "memory");
  if (kind === "redis") {
    return REDIS_URL
      ? { kind, url: REDIS_URL }
      : { variable: "REDIS_URL", message: "BUS=redis needs it, as in redis://localhost:6379." };
  }
  if (kind === "memory") return { kind };
  return isPostgres
    ? { kind, url: databaseUrl }
    : { variable: "BUS", message: "postgres needs a DATABASE_URL of postgres://…, and this one is SQLite." };
}

function isRedisUrl(text: string): boolean {
  return URL.canParse(text) && /^rediss?:$/.test(new URL(text).protocol) && new URL(text).hostname !== "";
}
