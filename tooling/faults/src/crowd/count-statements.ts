import { type Topology, withDatabase } from "@app/workload";

/** What PostgreSQL was asked, by its own account. */
export interface Statements {
  reset(): Promise<void>;
  /** How many statements there were since. */
  read(): Promise<number>;
}

/** Lets PostgreSQL count (`pg_stat_statements`, which comes with it): it has to be started again for that. */
export async function countStatements({ postgres, databaseUrl }: Topology): Promise<Statements> {
  if (!postgres) throw new Error("Only PostgreSQL counts what it is asked.");
  await withDatabase(postgres.url, (run) => run("alter system set shared_preload_libraries = 'pg_stat_statements'"));
  await postgres.halt("fast");
  await postgres.resume();
  await withDatabase(databaseUrl, (run) => run("create extension pg_stat_statements"));
  return {
    reset: () => withDatabase(databaseUrl, async (run) => void (await run("select pg_stat_statements_reset()"))),
    read: () =>
      withDatabase(databaseUrl, async (run) => {
        const [sum] = await run("select sum(calls) as calls from pg_stat_statements");
        return Number(sum?.["calls"] ?? 0);
      }),
  };
}
