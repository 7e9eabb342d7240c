import { initTRPC } from "@trpc/server";

import { type LibraryPermission, type PermissionName, type Rule, withLibraryPermissions } from "@countersign/contract";
import type { CoreTables, TableSet } from "@countersign/db";

import { watched } from "../observe/watch-call.ts";

import { answerCall } from "./answer-call.ts";
import type { CallContext, RootContext, SignedInContext } from "./call-context.ts";
import { CallData, type SessionDataAccess } from "./call-data.ts";
import { admit, buildContext, guardStream, type ProcedureMeta, takeSubscription } from "./checkpoint.ts";
import { currentTurn, isInCall, runCall } from "./current-call.ts";
import { formatError } from "./error-format.ts";
import type { Turn } from "./holder-turns.ts";
import { patient } from "./patient-call.ts";
import { type AskPolicies, createRowCan, type Policies } from "./policies.ts";
import { createProvided, type Provided, type Providers } from "./providers.ts";
import type { RefusalHooks } from "./refusal-hook.ts";
import type { SessionDataKeys, SessionDataOf } from "./session-data-keys.ts";

/** What an app declares once, so that its procedures are typed by it. */
export interface ProcedureOptions<
  Tables extends CoreTables,
  Own extends PermissionName,
  Keys extends SessionDataKeys,
  All extends Policies,
  Functions extends Providers<Tables, Own | LibraryPermission>,
> extends RefusalHooks {
  /** From `definePermissions`. A guard that names another one is an error at start, and a type error before. */
  readonly permissions?: readonly Own[];
  /** The app's tables, from `defineTables`. */
  readonly tables?: TableSet<Tables>;
  /** What is kept with the session, from `defineSessionData`. */
  readonly sessionData?: Keys;
  /** Who may do what to which row, from `definePolicies`. */
  readonly policies?: All;
  /** What calls can ask for by name, as `await ctx.tenant()`: worked out when asked for, at most once per call. */
  readonly provide?: Functions & Providers<Tables, Own | LibraryPermission>;
}

/** A rule with parts to be added; `access` is `user` unless it says `public`. */
export type RuleParts<Permission extends string> = Omit<Rule, "access" | "permissions"> & {
  readonly permissions?: readonly Permission[];
};

/** What some procedures of an app have of their own: a router's, as a rule. */
export interface ScopeOptions<Name extends string> extends RefusalHooks {
  /** Providers these procedures do without. */
  readonly without?: readonly Name[];
}

// What is not declared adds nothing to the context.
// oxlint-disable-next-line typescript/no-generated-empty-object-type -- empty is what is meant
type Nothing = Record<never, never>;

/** What an app adds to the context of its calls. */
type AppContext<Keys extends SessionDataKeys, All extends Policies, Functions extends Providers<never, never>> = {
  readonly sessionData: SessionDataAccess<SessionDataOf<Keys>>;
  readonly can: AskPolicies<All>;
} & Provided<Functions>;

/**
 * Makes the procedures of an app. Each carries its rule as data (`_def.meta.rule`) and stands behind one checkpoint that
 * validates the session for every call. The plain `procedure` is protected: a public one must be named.
 *
 * @throws on what could not work: a provider by the name of something every context has.
 */
export function createProcedures<
  Tables extends CoreTables = CoreTables,
  const Own extends PermissionName = PermissionName,
  const Keys extends SessionDataKeys = Nothing,
  const All extends Policies = Nothing,
  const Functions extends Providers<Tables, Own | LibraryPermission> = Nothing,
>(options: ProcedureOptions<Tables, Own, Keys, All, Functions> = {}) {
  type Permission = Own | LibraryPermission;
  const { sessionData, policies = noPolicies } = options;
  const known = options.permissions && new Set<string>(withLibraryPermissions(options.permissions));
  const providers = Object.entries(options.provide ?? {});
  for (const [name] of providers) requireFreeName(name);
  const t = initTRPC
    .context<RootContext<Tables>>()
    .meta<ProcedureMeta>()
    .create({ errorFormatter: (failure) => formatError(failure), isDev: false });

  /** `Context` says what the rules of the procedures built on it guarantee. */
  function checkpoint<Context extends CallContext<Tables, Permission>>(without: ReadonlySet<string>) {
    const present = providers.filter(([name]) => !without.has(name));

    return t.middleware(
      watched(
        patient(async ({ ctx: { caller }, meta, type, path, batchIndex, next }) => {
          const isStream = type === "subscription" && caller.connection !== null;
          using _running = isStream ? null : caller.connection?.run();
          const standing = await admit(caller, meta, type, path);

          function prepare() {
            const data = sessionData ? new CallData(caller, standing.principal, sessionData, isStream) : null;
            const base = buildContext(caller, standing, { policies, data });
            const all = present.length === 0 ? base : { ...base, ...createProvided(present, base) };
            // The cast: a rule that asks for a user has let nobody pass without one, and what is provided is added here.
            return { data, base, ctx: all as unknown as Context };
          }

          if (isStream && caller.connection !== null) {
            const release = takeSubscription(caller.connection);
            const result = await next({ ctx: prepare().ctx });
            if (result.ok) return { ...result, data: guardStream(result.data, caller, standing.rule, release) };
            release();
            return result;
          }

          async function make(turn: Turn | null) {
            const { data, base, ctx } = prepare();
            const result = await runCall(base, turn, () => next({ ctx }));
            if (result.ok) await data?.keep();
            return result;
          }

          // A call made within another one has the turn of that one, and leaves within its answer.
          if (isInCall()) return await answerCall(standing, () => make(currentTurn()));
          caller.reply?.noteMade({ index: batchIndex, path, standing });
          // Of files there is a limit of its own.
          if (type !== "query" || caller.fileCall !== null) return await answerCall(standing, () => make(null));
          const { readTurns } = caller.services;
          const holder = standing.principal?.user.id ?? caller.addressKey;
          return await answerCall(standing, () =>
            readTurns.run(holder, async (turn) => {
              // Not even begun, where it is known by then.
              if (turn.waitedMs > briefMs) await standing.renew();
              return make(turn);
            }),
          );
        }),
      ),
    );
  }

  function createSet<Without extends keyof Functions & string>({ without = [], ...hooks }: ScopeOptions<Without>) {
    type Added = AppContext<Keys, All, Omit<Functions, Without>>;
    const omitted = new Set<string>(without);
    for (const name of omitted) requireProvider(providers, name);
    const common = { ...pickHooks(options), ...pickHooks(hooks) };
    const anyone = t.procedure.use(checkpoint<CallContext<Tables, Permission> & Added>(omitted));
    const signedIn = t.procedure.use(checkpoint<SignedInContext<Tables, Permission> & Added>(omitted));

    /** A procedure for signed-in users for whom all these parts hold. */
    function procedureWith(parts: RuleParts<Permission>, meta: Omit<ProcedureMeta, "rule"> = {}) {
      return signedIn.meta({ ...common, ...meta, rule: checkParts({ ...parts, access: "user" }, known) });
    }

    /** A procedure anyone may call; `ctx.user` may be null. */
    function publicProcedureWith(parts: Pick<Rule, "transport">, meta: Omit<ProcedureMeta, "rule"> = {}) {
      return anyone.meta({ ...common, ...meta, rule: { ...parts, access: "public" } });
    }

    const protectedProcedure = procedureWith({});
    return {
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

  return {
    router: t.router,
    mergeRouters: t.mergeRouters,
    createCallerFactory: t.createCallerFactory,
    ...createSet<never>({}),
    /** The same procedures with hooks of their own, or without some providers: for one router. */
    proceduresFor: <const Without extends keyof Functions & string = never>(scope: ScopeOptions<Without>) =>
      createSet(scope),
    /** Makes what adds `$can` to rows. */
    rowCan: createRowCan<All>((options.policies ?? noPolicies) as All),
  };
}

/** A wait during which next to nothing can have happened: what has is seen when the answer leaves. */
const briefMs = 5;

const noPolicies: Policies = Object.freeze({});

/** What every context has: nothing can be provided by these names. */
const taken: Record<keyof CallContext<CoreTables, never> | "sessionData", true> = {
  caller: true,
  principal: true,
  user: true,
  session: true,
  sessionData: true,
  request: true,
  rule: true,
  db: true,
  bus: true,
  can: true,
  canAny: true,
  canAll: true,
  inGroup: true,
  oidc: true,
  notify: true,
  transaction: true,
};

function requireFreeName(name: string): void {
  if (!Object.hasOwn(taken, name)) return;
  throw new Error(`Every context has "${name}" already. Give the provider another name.`);
}

function requireProvider(providers: readonly (readonly [string, unknown])[], name: string): void {
  if (providers.some(([known]) => known === name)) return;
  throw new Error(`There is no provider "${name}" to do without. Add it to provide, or correct the name.`);
}

function pickHooks({ onUnauthenticated, onForbidden }: RefusalHooks): RefusalHooks {
  return { ...(onUnauthenticated && { onUnauthenticated }), ...(onForbidden && { onForbidden }) };
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
