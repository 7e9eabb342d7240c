import type { CrudPlan, PlannedField } from "./plan-crud.ts";
import { titleOf } from "./plan-crud.ts";

/** The router of a table's rows: `src/<name>/router.ts`. */
export function routerSource(plan: CrudPlan): string {
  const { names, table, scope, fields, shown, removedAt, makers } = plan;
  const scopeWord = scope.kind;
  const usesText = fields.some(({ kind }) => kind === "line" || kind === "text");
  const words = [scopeWord, ...(usesText ? ["text"] : [])].toSorted().join(", ");
  return `import { ${words} } from "@countersign/crud";

import { crudRouter, router } from "../procedures.ts";

/** ${describeRows(plan)} */
export const ${names.singular}Router = router(
  crudRouter({
    table: "${table}",
    scope: ${scope.kind === "owner" ? `owner("${scope.column}")` : `unscoped("${scope.permission}")`},
    fields: {
${fields.map((field) => `      ${field.name}: ${fieldSource(field, plan)},`).join("\n")}
    },
    show: [${quoted([...shown, ...makers, ...(removedAt ? [removedAt] : [])])}],
    search: [${quoted(textsOf(plan))}],
    filters: {${filtersSource(plan)}
    },
    order: { by: [${quoted(ordersOf(plan))}], direction: "desc" },
${removedAt ? `    removedAt: "${removedAt}",\n` : ""}${quotaSource(plan)}${hooksSource(makers)}  }),
);
`;
}

/** The columns a list can be ordered by; the first is its order when nothing is asked. */
export function ordersOf({ shown, fields }: CrudPlan): readonly string[] {
  const ordered = fields.filter(({ kind }) => kind === "line" || kind === "instant" || kind === "number");
  return [...new Set([...shown, ...ordered.map(({ name }) => name), ...(shown.length === 0 ? ["id"] : [])])];
}

export function textsOf({ fields }: CrudPlan): readonly string[] {
  return fields.filter(({ kind }) => kind === "line" || kind === "text").map(({ name }) => name);
}

function describeRows({ names, scope }: CrudPlan): string {
  const many = names.manyWords;
  if (scope.kind === "owner")
    return `A user's own ${many}. Another user's ${names.words} is not there, whatever is asked of it.`;
  return `All ${many}, for those who hold the permission.`;
}

function fieldSource(field: PlannedField, plan: CrudPlan): string {
  const { kind, isOptional, isNullable } = field;
  const isTitle = field === titleOf(plan);
  const required = isTitle && !isOptional ? `, required: "Give the ${plan.names.words} a ${field.name}."` : "";
  const nullable = isNullable ? ".nullable()" : "";
  if (kind === "line") return `text({ max: 200, singleLine: true${required} })${nullable}`;
  if (kind === "text") return `text({ max: 10_000${required} })${nullable}`;
  // By what its column holds.
  return "true";
}

function filtersSource({ fields, shown }: CrudPlan): string {
  const lines = fields.flatMap(({ name, kind }) => {
    if (kind === "flag") return [`${name}: ["eq"]`];
    if (kind === "instant") return [`${name}: ["gte", "lt"]`];
    return kind === "number" ? [`${name}: ["eq", "gte", "lte"]`] : [];
  });
  const made = shown.includes("createdAt") ? [`createdAt: ["gte", "lt"]`] : [];
  return ['id: ["eq"]', ...lines, ...made].map((line) => `\n      ${line},`).join("");
}

function quotaSource({ scope }: CrudPlan): string {
  return scope.kind === "owner" ? `    quota: { rows: 1000, of: "${scope.column}" },\n` : "";
}

function hooksSource(makers: readonly string[]): string {
  if (makers.length === 0) return "";
  const made = makers.map((name) => `${name}: ctx.user.id`).join(", ");
  return `    hooks: {
      beforeCreate: (values, { ctx }) => ({ ...values, ${made} }),
    },
`;
}

function quoted(names: readonly string[]): string {
  return names.map((name) => `"${name}"`).join(", ");
}
