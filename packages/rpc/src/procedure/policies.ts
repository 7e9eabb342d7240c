import type { Principal } from "@countersign/auth";
import { isPermissionName, type PermissionName } from "@countersign/contract";
import type { CoreTables } from "@countersign/db";

import type { Log } from "../services.ts";

import type { CallContext } from "./call-context.ts";

/** May this user do it to this row? Nobody is asked about visitors: they may not. */
export type Policy<Row> = (principal: Principal, row: Row) => boolean;

/** Policies by the name of what they decide. `never`: each knows the row it is about. */
export type Policies = Readonly<Record<PermissionName, Policy<never>>>;

/** The row a policy decides about. */
export type RowOf<All extends Policies, Name extends keyof All> = All[Name] extends Policy<infer Row> ? Row : never;

/** Asks a policy about a row. */
export interface AskPolicies<All extends Policies> {
  /** Does the policy let this user do this to this row? It alone decides: a superuser passes only where it says so. */
  <Name extends keyof All & string>(name: Name, row: RowOf<All, Name>): boolean;
}

/** What a user may do to a row, by the policies' names. */
export type RowRights<Name extends string> = Readonly<Record<Name, boolean>>;

/**
 * Declares who may do what to which row: `definePolicies({ "notes.change": (principal, note: Note) => … })`.
 *
 * @throws on a malformed name.
 */
export function definePolicies<const All extends Policies>(policies: All): All {
  for (const name of Object.keys(policies)) {
    if (!isPermissionName(name)) {
      throw new Error(`Policy "${name}" is malformed. Write it as app.codename, as in "notes.change".`);
    }
  }
  return Object.freeze(policies);
}

/** What asking a policy needs of a call. */
export type Asker = Pick<CallContext<CoreTables, never>, "principal" | "caller">;

/**
 * Asks the policy with this name. One that throws says no, and so does one that answers with anything but `true`.
 *
 * @throws when there is none: a slip that would otherwise read as "nobody may".
 */
export function askPolicy(policies: Policies, asker: Asker, name: string, row: unknown): boolean {
  const policy = findPolicy(policies, name);
  if (asker.principal === null) return false;
  try {
    // The cast: `can` types the row by the policy's name.
    const answer: unknown = policy(asker.principal, row as never);
    return answer === true;
  } catch (error) {
    logFailure(asker.caller.services.log, name, asker.principal, error);
    return false;
  }
}

/**
 * Makes what adds `$can` to rows: `const withRights = rowCan("notes.change", "notes.remove")`, then
 * `withRights(ctx, row)`, or `withRights(ctx, row, shown)` where less of the row is shown than the policies look at.
 *
 * @throws when one of the policies was not declared.
 */
export function createRowCan<All extends Policies>(policies: All) {
  return function rowCan<const Name extends keyof All & string>(...names: readonly [Name, ...Name[]]) {
    type Rights = { readonly $can: RowRights<Name> };
    for (const name of names) findPolicy(policies, name);

    function withRights<Row extends RowOf<All, Name> & object>(asker: Asker, row: Row): Row & Rights;
    function withRights<Shown extends object>(asker: Asker, row: RowOf<All, Name>, shown: Shown): Shown & Rights;
    function withRights(asker: Asker, row: RowOf<All, Name>, shown: object = row as object): object & Rights {
      const rights = names.map((name) => [name, askPolicy(policies, asker, name, row)]);
      // The cast: `fromEntries` forgets the names.
      return { ...shown, $can: Object.fromEntries(rights) as RowRights<Name> };
    }
    return withRights;
  };
}

function findPolicy(policies: Policies, name: string): Policy<never> {
  const policy = Object.hasOwn(policies, name) ? policies[name as PermissionName] : undefined;
  if (policy) return policy;
  throw new Error(`There is no policy "${name}". Add it to definePolicies, or correct the name.`);
}

function logFailure(log: Log, policy: string, principal: Principal, error: unknown): void {
  log.error({ err: error, policy, userId: principal.user.id }, "A policy failed and so said no");
}
