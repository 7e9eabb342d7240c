import { expect, test } from "vitest";

import { missingIndexes } from "@countersign/crud";

import { appRouter } from "./router.ts";
import { tables } from "./tables.ts";

test("each list has the index it is read by", () => {
  expect(missingIndexes(appRouter, tables)).toEqual([]);
});
