import { afterAll, beforeAll, describe, expect, test } from "vitest";

import type { TestApp } from "@countersign/rpc/testing";

import { roomySettings } from "../roomy-settings.ts";
import { startTestApp } from "../start-test-app.ts";
import { brokenRouters } from "../test/broken-routers.ts";
import { notes, permissions, procedures, tasks } from "../test/routers.ts";
import { noteSuite, taskSuite } from "../test/suites.ts";
import { migrations, type Tables, tables } from "../test/tables.ts";

import { crudCases, type RunnableCase } from "./crud-cases.ts";

/** Cases of hundreds of calls: run for the defects they are about. */
const long = /^CRU-(?:10|19|24|25|27|28: of a|30|34)/;

const paths = Object.keys(brokenRouters).map((defect, index) => [defect, `broken${index}`] as const);
const router = procedures.router(
  Object.fromEntries(
    paths.map(([defect, path]) => [path, procedures.router(brokenRouters[defect]?.procedures as never)]),
  ),
);

test("every case has a router that it finds", () => {
  const known = procedures.router({ note: notes, task: tasks });
  const titles = crudCases(noteSuite(known, "note")).map(({ title }) => title);
  const begins = Object.values(brokenRouters).flatMap(({ fails }) => fails);
  expect(titles.filter((title) => !begins.some((begin) => title.startsWith(begin)))).toEqual([]);
});

describe("a router with", () => {
  let app: TestApp<Tables>;
  beforeAll(async () => {
    app = await startTestApp({ router, tables, migrations: [migrations], permissions, settings: roomySettings });
  });
  afterAll(() => app[Symbol.asyncDispose]());

  test.each(paths)(
    "%s is found by exactly the cases that are about it",
    async (defect, path) => {
      const { rows, fails = [], promises = {} } = brokenRouters[defect] ?? {};
      const how = { ...promises, effort: "quick" } as const;
      const cases =
        rows === "tasks"
          ? crudCases({ ...taskSuite(router, path), ...how })
          : crudCases({ ...noteSuite(router, path), ...how });
      const failed: string[] = [];
      for (const each of cases) {
        const isNamed = fails.some((begin) => each.title.startsWith(begin));
        if ((isNamed || !long.test(each.title)) && (await isFailing(each, app))) failed.push(each.title);
      }
      expect(failed.map((title) => fails.find((begin) => title.startsWith(begin)) ?? title)).toEqual(fails);
    },
    120_000,
  );
});

async function isFailing(each: RunnableCase<Tables>, app: TestApp<Tables>): Promise<boolean> {
  if (each.skip !== null) return false;
  try {
    await each.run(app);
    return false;
  } catch {
    // What it says is read by people; that it fails is what counts here.
    return true;
  }
}
