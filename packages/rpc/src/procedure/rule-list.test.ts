import { initTRPC } from "@trpc/server";
import { expect, test } from "vitest";

import { createProcedures } from "./procedures.ts";
import { listRules, printRules } from "./rule-list.ts";

const { router, permissionProcedure, protectedProcedure, publicProcedure, freshProcedure } = createProcedures({
  permissions: ["reports.view"],
});

test("PRM-08: a guard that names an unknown permission is an error at start, not a rule nobody passes", () => {
  // The cast: the compiler refuses the name already.
  const misspelt = "reports.veiw" as "reports.view";
  expect(() => permissionProcedure(misspelt)).toThrow('"reports.veiw" is not declared');

  const elsewhere = createProcedures({ permissions: ["reports.veiw"] });
  const foreign = elsewhere.router({ report: elsewhere.permissionProcedure("reports.veiw").query(() => "report") });
  expect(() => listRules(foreign, ["reports.view"])).toThrow('"report" asks for permission "reports.veiw"');
  expect(() => listRules(foreign, ["reports.veiw"])).not.toThrow();
});

test("B9: a procedure without a rule fails the list, by its path", () => {
  const t = initTRPC.create();
  const withHole = t.router({ inner: t.router({ hole: t.procedure.query(() => "anyone's") }) });
  expect(() => listRules(withHole)).toThrow('Procedure "inner.hole" has no rule');
});

test("the list names every procedure with its kind and its rule, by path", () => {
  const listed = listRules(
    router({
      who: protectedProcedure.query(() => null),
      admin: router({ report: permissionProcedure("reports.view").query(() => null) }),
      change: freshProcedure(60).mutation(() => null),
      anyone: publicProcedure.query(() => null),
    }),
  );
  expect(printRules(listed)).toBe(
    [
      "admin.report  query         user · reports.view\n",
      "anyone        query         public\n",
      "change        mutation      user · fresh 60\n",
      "who           query         user\n",
    ].join(""),
  );
});
