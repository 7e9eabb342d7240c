import { initTRPC } from "@trpc/server";

import { type LibraryPermission, type PermissionName, type Rule, withLibraryPermissions } from "@countersign/contract";
import type { CoreTables, TableSet } from "@countersign/db";

import type { CallContext, RootContext, SignedInContext } from "./call-context.ts";
import { admit, buildContext, guardStream, type ProcedureMeta, takeSubscription } from "./checkpoint.ts";
import { formatError } from "./error-format.ts";

/** What an app declares once, so that its procedures are typed by it. */
export interface ProcedureOptions<Tables extends CoreTables, Permission extends PermissionName> {
  /** From `definePermissions`. A guard that names another one is an error at start, and a type error before. */
  readonly permissions?: readonly Permission[];
  /** The app's tables, from `defineTables`. */
  readonly tables?: TableSet<Tables>;
}

/** A rule with parts to be added; `access` is `user` unless it says `public`. */
export type RuleParts<Permission extends string> = Omit<Rule, "access" | "permissions"> & {
  readonly permissions?: readonly Permission[];
};

/**
 * Makes the procedures of an app. Each carries its rule as data (`_def.meta.rule`) and stands behind one checkpoint that
 * validates the session for every call. The plain `procedure` is protected: a public one must be named.
 */
export function createProcedures<
  Tables extends CoreTables = CoreTables,
  const Own extends PermissionName = PermissionName,
>(options: ProcedureOptions<Tables, Own> = {}) {
  type Permission = Own | LibraryPermission;
  const known = options.permissions && new Set<string>(withLibraryPermissions(options.permissions));
  const t = initTRPC
    .context<RootContext<Tables>>()
    .meta<ProcedureMeta>()
    .create({ errorFormatter: (failure) => formatError(failure), isDev: false });

  /** `Context` says what the rules of the procedures built on it guarantee. */
  function checkpoint<Context extends CallContext<Tables, Permission>>() {
    return t.middleware(async ({ ctx: { caller }, meta, type, next }) => {
      const { rule, principal } = await admit(caller, meta, type);
      // The cast: a rule that asks for a user has let nobody pass without one.
      const ctx = buildContext(caller, rule, principal) as Context;
      if (type !== "subscription" || caller.connection === null) return next({ ctx });

      const release = takeSubscription(caller.connection);
      const result = await next({ ctx });
      if (result.ok) return { ...result, data: guardStream(result.data, caller, rule, release) };
      release();
      return result;
    });
  }
  const anyone = t.procedure.use(checkpoint<CallContext<Tables, Permission>>());
  const signedIn = t.procedure.use(checkpoint<SignedInContext<Tables, Permission>>());

  /** A procedure for signed-in users for whom all these parts hold. */
  function procedureWith(parts: RuleParts<Permission>, meta: Omit<ProcedureMeta, "rule"> = {}) {
    return signedIn.meta({ ...meta, rule: checkParts({ ...parts, access: "user" }, known) });
  }

  /** A procedure anyone may call; `ctx.user` may be null. */
  function publicProcedureWith(parts: Pick<Rule, "transport">, meta: Omit<ProcedureMeta, "rule"> = {}) {
    return anyone.meta({ ...meta, rule: { ...parts, access: "public" } });
  }

  const protectedProcedure = procedureWith({});
  return {
    router: t.router,
    mergeRouters: t.mergeRouters,
    createCallerFactory: t.createCallerFactory,
    procedureWith,
    publicProcedureWith,
    /** The default: signed-in users only. */
    procedure: protectedProcedure,
    protectedProcedure,
    /** Anyone, signed in or not. */
    publicProcedure: publicProcedureWith({}),
    /** Users who hold all of these permissions; others get FORBIDDEN. */
    permissionProcedure: (...permissions: readonly [Permission, ...Permission[]]) => procedureWith({ permissions }),
    /** Members of all of these groups. */
    groupProcedure: (...groups: readonly [string, ...string[]]) => procedureWith({ groups }),
    staffProcedure: procedureWith({ staff: true }),
    superuserProcedure: procedureWith({ superuser: true }),
    /** Users who authenticated within so many seconds (default: SESSION_FRESH_SECONDS); others get REAUTH. */
    freshProcedure: (withinSeconds?: number) => procedureWith({ freshWithinSeconds: withinSeconds ?? "default" }),
  };
}

function checkParts(rule: Rule, known: ReadonlySet<string> | undefined): Rule {
  if (rule.permissions?.length === 0 || rule.groups?.length === 0) {
    throw new Error("A rule with an empty list would let everyone pass. Name at least one, or leave the list out.");
  }
  for (const permission of rule.permissions ?? []) {
    if (known && !known.has(permission)) {
      throw new Error(
        `Permission "${permission}" is not declared. Add it to definePermissions([…]) or mend the guard.`,
      );
    }
  }
  return rule;
}
