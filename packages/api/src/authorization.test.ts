import { inspect } from "node:util";

import { describe, expect, test } from "vitest";

import { describeDatabases } from "@app/services/databases";
import { listRules, printRules } from "@countersign/rpc";

import { permissions } from "./permissions.ts";
import { appRouter } from "./router.ts";
import { fillMatrix, printMatrix } from "./test/authorization-matrix.ts";
import { startApp } from "./test/start-app.ts";

/** The table shows who may call what, not how often. */
const settings = {
  EMAIL_VERIFICATION: "required",
  CALLS_BURST: 1_000_000,
  CALLS_PER_SECOND: 1_000_000,
  LOGIN_ATTEMPTS: 10_000,
  REGISTER_ATTEMPTS: 10_000,
  MAILS_PER_ADDRESS: 10_000,
  MAILS_PER_HOUR: 10_000,
} as const;

// Both files are written anew by `pnpm matrix`, on SQLite alone: what changed in them is to be looked at like code.
describe("who may call what", () => {
  test("PRM-01: the rule of every procedure is the one in the reviewed list", async () => {
    const rules = printRules(listRules(appRouter, permissions));
    await expect(rules).toMatchFileSnapshot("../authorization-rules.txt");
  });

  describeDatabases((dialect) => {
    test("PRM-01, PRM-17: every procedure answers every role over all transports as the reviewed table says", async () => {
      await using started = await startApp(dialect, { settings });
      const { app } = started;

      const rows = await fillMatrix(app);

      const broken = rows.filter(({ answers }) => Object.values(answers).includes("INTERNAL_SERVER_ERROR"));
      expect(broken, app.logged.map(({ facts }) => inspect(facts)).join("\n")).toEqual([]);
      await expect(printMatrix(rows)).toMatchFileSnapshot("../authorization-matrix.txt");
      const unanswered = rows.filter(({ answers }) => answers.superuser === "INVALID_FIELDS");
      expect(
        unanswered.map(({ path }) => path),
        "Give these a valid input in test/sample-inputs.ts",
      ).toEqual([]);
    }, 240_000);
  });
});
