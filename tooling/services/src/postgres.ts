import { createDatabase, dropDatabase } from "./database-on-postgres.ts";
import { startOwnPostgres } from "./own-postgres.ts";

/** A server on which tests make databases. */
export interface PostgresServer extends AsyncDisposable {
  readonly url: string;
  /** Makes an empty database and returns its url. */
  createDatabase(): Promise<string>;
  /** Ends what was begun here: the server, or on a given one the databases made. */
  stop(): Promise<void>;
}

/** The server named by TEST_DATABASE_URL, or a throw-away one from npm's binaries. */
export async function startPostgres(): Promise<PostgresServer> {
  const given = process.env["TEST_DATABASE_URL"];
  if (!given) return startOwnPostgres();

  const made: string[] = [];
  const stop = async () => {
    for (const url of made.splice(0)) await dropDatabase(given, url);
  };
  return {
    url: given,
    async createDatabase() {
      const url = await createDatabase(given);
      made.push(url);
      return url;
    },
    stop,
    [Symbol.asyncDispose]: stop,
  };
}
