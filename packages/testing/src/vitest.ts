import { afterAll, beforeAll, describe, test } from "vitest";

import type { CoreTables } from "@countersign/db";
import type { TestApp } from "@countersign/rpc/testing";

import { crudCases } from "./crud/crud-cases.ts";
import type { CrudOptions } from "./crud/crud-options.ts";
import { roomySettings } from "./roomy-settings.ts";
import { startTestApp, type StartTestAppOptions } from "./start-test-app.ts";

export interface DescribeCrudOptions<Tables extends CoreTables, Place>
  extends CrudOptions<Tables, Place>, Omit<StartTestAppOptions<Tables>, "router" | "tables"> {
  /** How long one case may take, in milliseconds; a minute. */
  readonly timeoutMs?: number;
}

/**
 * Holds a router of rows to everything that `crudCases` asks, on an app and a database of its own:
 *
 *     describeCrud({ router: appRouter, path: "note", table: "notes", tables, migrations: [migrations], … });
 */
export function describeCrud<Tables extends CoreTables, Place = undefined>({
  timeoutMs = 60_000,
  ...options
}: DescribeCrudOptions<Tables, Place>): void {
  describe(`rows at ${options.path}`, () => {
    let app: TestApp<Tables>;
    beforeAll(async () => {
      app = await startTestApp({ ...options, settings: { ...roomySettings, ...options.settings } });
    }, timeoutMs);
    afterAll(() => app?.[Symbol.asyncDispose]());

    for (const each of crudCases(options)) {
      // oxlint-disable-next-line vitest/valid-title, vitest/expect-expect -- the case has both
      test(each.title, (context) => (each.skip === null ? each.run(app) : context.skip(`${each.skip}.`)), timeoutMs);
    }
  });
}
