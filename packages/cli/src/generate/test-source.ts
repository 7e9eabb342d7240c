import type { CrudPlan, PlannedField } from "./plan-crud.ts";

/** What the tests make rows of: `src/<name>/sample-<name>.ts`. */
export function sampleSource({ names, fields }: CrudPlan): string {
  const given = fields.map((field) => `    ${field.name}: ${sampleValue(field)},`).join("\n");
  return `/** What the n-th ${names.words} of a test is made of. */
export function sample${names.type}(n: number) {
  return {
${given}
  };
}
`;
}

/** Holds the router to the suite of rows: \`src/<name>/rows.test.ts\`. */
export function rowsTestSource(plan: CrudPlan): string {
  const { names, table, scope, fields, shown, makers, removedAt } = plan;
  const shows = [...fields.map(({ name }) => name), ...shown, ...makers, ...(removedAt ? [removedAt] : [])];
  const owned = scope.kind === "owner" ? `    ownedBy: "${scope.column}",\n    quota: 1000,\n` : "";
  const all = scope.kind === "unscoped" ? `    seesAll: "${scope.permission}",\n` : "";
  return `import { describeDatabases } from "@app/services/databases";
import { describeCrud } from "@countersign/testing/vitest";

import { migrations } from "../migrations.ts";
import { permissions } from "../permissions.ts";
import { router } from "../procedures.ts";
import { tables } from "../tables.ts";

import { ${names.singular}Router } from "./router.ts";
import { sample${names.type} } from "./sample-${names.file}.ts";

describeDatabases((dialect) => {
  describeCrud({
    router: router({ ${names.singular}: ${names.singular}Router }),
    tables,
    migrations: [migrations],
    permissions,
    database: () => dialect.create(),
    path: "${names.singular}",
    table: "${table}",
    shows: [${shows.map((name) => `"${name}"`).join(", ")}],
    sample: (_, n) => sample${names.type}(n),
    change: (_, n) => sample${names.type}(n + 1),
${owned}${all}  });
});
`;
}

function sampleValue({ name, kind }: PlannedField): string {
  switch (kind) {
    case "flag":
      return "n % 2 === 1";
    case "instant":
      return `"2027-01-01T00:00:00.000Z"`;
    case "number":
      return "n";
    default:
      return `\`${name} \${n}\``;
  }
}
