import type { TestProject } from "vitest/node";

import { startPostgres } from "./postgres.ts";
import { providedUrl } from "./provided-url.ts";

/** For vitest's `globalSetup`: one PostgreSQL for the whole run of a package. */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  const server = await startPostgres();
  project.provide(providedUrl, server.url);
  return () => server.stop();
}
