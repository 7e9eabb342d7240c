import type { AnyRouter } from "@trpc/server";

import { describeRule, libraryPermissions, type Rule } from "@countersign/contract";
import type { WatchedRows } from "@countersign/db";

import type { ProcedureMeta } from "./checkpoint.ts";

/** A procedure of a router, and who may call it. */
export interface ListedProcedure {
  readonly path: string;
  readonly type: "query" | "mutation" | "subscription";
  readonly rule: Rule;
}

/**
 * Lists every procedure of a router with its rule, by path.
 *
 * @throws if one has no rule, or names a permission that was not declared: such a router must not be served.
 */
export function listRules(router: AnyRouter, permissions?: readonly string[]): readonly ListedProcedure[] {
  const known = permissions && new Set<string>([...libraryPermissions, ...permissions]);
  const procedures = Object.entries(router._def.procedures as Record<string, Definition>);
  const listed = procedures.map(([path, { _def }]) => {
    const rule = _def.meta?.rule;
    if (!rule) {
      throw new Error(
        `Procedure "${path}" has no rule. Build it on protectedProcedure, or on publicProcedure if anyone may call it.`,
      );
    }
    const unknown = rule.permissions?.find((permission) => known && !known.has(permission));
    if (unknown !== undefined) {
      throw new Error(
        `Procedure "${path}" asks for permission "${unknown}", which is not declared. Add it to definePermissions([…]).`,
      );
    }
    return { path, type: _def.type, rule };
  });
  return listed.toSorted((a, b) => (a.path < b.path ? -1 : 1));
}

/** The same as text, a line each, for a file that is reviewed: `note.create  mutation  user · notes.change`. */
export function printRules(rules: readonly ListedProcedure[]): string {
  const width = Math.max(...rules.map(({ path }) => path.length));
  return rules
    .map(({ path, type, rule }) => `${path.padEnd(width)}  ${type.padEnd(12)}  ${describeRule(rule)}\n`)
    .join("");
}

/** The rows that the procedures of a router show live. */
export function listWatchedRows(router: AnyRouter): readonly WatchedRows[] {
  const procedures = Object.values(router._def.procedures as Record<string, Definition>);
  return procedures.flatMap(({ _def }) => _def.meta?.watches ?? []);
}

interface Definition {
  readonly _def: { readonly type: ListedProcedure["type"]; readonly meta?: Partial<ProcedureMeta> };
}
