import { type SQL, sql } from "drizzle-orm";

import { can, type Principal } from "@countersign/auth";
import type { Caller } from "@countersign/rpc";

import { type AnyRow, type Model, placeOf, type Reader } from "../definition/model.ts";
import { permits } from "../definition/permits.ts";
import type { ScopedAction } from "../scope/scope.ts";

/** Who looks at rows, and on which call. */
export interface Viewer {
  readonly principal: Principal;
  readonly caller: Caller;
}

/** The rows on which something may be done: by scope, or by the grant that several users share. */
export type Where = (action: ScopedAction) => SQL;

/** The scope of one user. */
export function scopeOf(model: Model, { principal }: Pick<Viewer, "principal">, reader: Pick<Reader, "tables">): Where {
  const place = placeOf(model, reader);
  return (action) => model.scope.where(principal, action, place);
}

/** What rows say of themselves under `$can`. */
const shownRights = ["update", "remove"] as const;

/** For each action on a row that is offered: may this user, by rule and scope? Asked with the row, in the same statement. */
export function rightsOf(
  model: Model,
  { principal }: Pick<Viewer, "principal">,
  where: Where,
): Record<string, SQL<number>> {
  const rights: Record<string, SQL<number>> = {};
  for (const action of openActions(model, principal)) {
    rights[`$${action}`] = sql<number>`case when ${where(action)} then 1 else 0 end`.mapWith(Number);
  }
  return rights;
}

/** What was asked with the row, and what the app's policies say of it. */
export function canOf(model: Model, viewer: Viewer, row: AnyRow): Readonly<Record<string, boolean>> {
  const rights: Record<string, boolean> = {};
  for (const action of shownRights) {
    if (model.rules[action] === undefined) continue;
    rights[action] = row[`$${action}`] === 1 && (model.policies[action]?.(viewer, row) ?? true);
  }
  return rights;
}

/** The columns that this user receives beyond those that all do. */
export function openColumns({ showTo }: Model, principal: Principal): readonly string[] {
  return Object.entries(showTo).flatMap(([name, permission]) => (can(principal, permission) ? [name] : []));
}

/** The actions on rows that this user's rights open. */
export function openActions(model: Model, principal: Principal) {
  return shownRights.filter((action) => {
    const rule = model.rules[action];
    return rule !== undefined && permits(rule, principal);
  });
}
