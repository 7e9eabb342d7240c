import { TRPCError } from "@trpc/server";
import { isObservable } from "@trpc/server/observable";

import { actorOf, can, canAll, canAny, inGroup, type Principal } from "@countersign/auth";
import type { Rule } from "@countersign/contract";
import { type CoreTables, waitPatiently, type WatchedRows } from "@countersign/db";

import type { Connection } from "../connection/connection.ts";
import { wrongTransport } from "../files/wrong-transport.ts";
import { PushStream } from "../live/push-stream.ts";
import { callFacts } from "../observe/call-facts.ts";
import { readProviderToken } from "../oidc/provider-token.ts";
import type { Services } from "../services.ts";

import { answerLostToken } from "./answer-lost-token.ts";
import type { CallContext, Caller } from "./call-context.ts";
import { type CallData, noData, type SessionDataAccess } from "./call-data.ts";
import { CallError, moving, rateLimited, unauthorized } from "./call-error.ts";
import { checkRule } from "./check-rule.ts";
import { checkedTransaction } from "./checked-transaction.ts";
import { refuseEnded, requireAlive } from "./ended-connection.ts";
import { GuardedStream } from "./guarded-stream.ts";
import { mayRecall } from "./may-recall.ts";
import { askPolicy, type Policies } from "./policies.ts";
import { answerRefusal, type RefusalHooks } from "./refusal-hook.ts";
import { Standing } from "./standing.ts";

/** When the bucket of a socket or a user has room again. */
const retryAfterSeconds = 1;

type CallType = "query" | "mutation" | "subscription";

/** What a procedure says of itself. */
export interface ProcedureMeta extends RefusalHooks {
  readonly rule: Rule;
  /** Calling it does not count as use of the session: the client does so by itself. */
  readonly isPassive?: true;
  /** The way out: open to those who call too often, and while the database is away. Public procedures only. */
  readonly isExit?: true;
  /** A call that lacks the right to it is in the audit log: it tries what is not for this user. */
  readonly isAudited?: true;
  /** Rows it shows live: the app sees to it that their changes are told, whoever makes them. */
  readonly watches?: readonly WatchedRows[];
}

/**
 * The sentry: everything that must hold before a call runs, in one step. Is the connection alive, may it call so often,
 * who holds the session now, does the rule let them pass? Throws the refusal.
 */
export async function admit(
  caller: Caller,
  meta: ProcedureMeta | undefined,
  type: CallType,
  path: string,
): Promise<Standing> {
  const { auth, rateLimits } = caller.services;
  const { connection } = caller;
  // A procedure without a rule is open to nobody.
  if (meta?.rule === undefined)
    throw new TRPCError({ code: "INTERNAL_SERVER_ERROR", message: "The procedure has no rule." });
  const { rule } = meta;

  requireAlive(connection);
  if (connection?.isLeaving) throw moving();
  requireTransport(rule, type, caller);
  if (meta.isExit && rule.access === "public")
    return new Standing(caller, { rule, type, principal: null, isRecalled: false });
  if (connection !== null && !connection.admitCall()) throw tooMany(caller);

  const isRecheck = caller.fileCall?.isRecheck === true;
  const recalled = await findRecent(caller, rule, type);
  const principal =
    recalled ?? (caller.tokenHash === null ? null : await readPrincipal(caller.services, caller.tokenHash));
  requireAlive(connection);
  if (connection !== null && connection.tokenHash !== null && principal === null) throw await refuseEnded(connection);
  if (principal !== null) {
    noteWho(caller, principal);
    auth.oidc.noteUse(principal.session.id);
  }

  // Sockets have been asked already; whose a request is, only its session tells.
  const isCounted = connection !== null || isRecheck;
  if (!isCounted && !rateLimits.admit(principal?.user.id ?? caller.addressKey, performance.now()))
    throw tooMany(caller);
  const refusal = recalled === null ? refusalOf(caller, rule, principal) : null;
  if (refusal) {
    if (principal === null) await answerLostToken(caller);
    else if (meta.isAudited && refusal.details.reason !== "REAUTH") recordRefusal(caller, principal, path);
    logRefusal(caller, path, refusal);
    const refused = { path, rule, principal, request: caller.request };
    throw await answerRefusal(refusal, refused, meta, caller.services.log);
  }
  if (principal !== null && !meta.isPassive && !isRecheck) auth.sessions.touch(principal);
  return new Standing(caller, { rule, type, principal, isRecalled: recalled !== null });
}

/** Who was calling a moment ago, if the call may stand on that and the rule lets them pass. Nobody is refused by it. */
async function findRecent(caller: Caller, rule: Rule, type: CallType): Promise<Principal | null> {
  const { recent, settings } = caller.services;
  if (recent === null || settings.SESSION_CHECK === "strict") return null;
  if (caller.tokenHash === null || !mayRecall(rule, type, caller)) return null;
  const known = recent.validate(caller.tokenHash);
  const principal = known instanceof Promise ? await waitPatiently(known, caller.services.db.patienceMs) : known;
  return refusalOf(caller, rule, principal) === null ? principal : null;
}

/** Read anew, by the database. Where it is kept, its answer may stand on that for a moment. */
function readPrincipal({ auth, db, recent }: Services, tokenHash: string): Promise<Principal | null> {
  return recent === null ? auth.sessions.validate(tokenHash) : waitPatiently(recent.read(tokenHash), db.patienceMs);
}

function refusalOf({ services }: Caller, rule: Rule, principal: Principal | null): CallError | null {
  return checkRule(rule, principal, services.clock.now(), services.settings.SESSION_FRESH_SECONDS);
}

function recordRefusal({ request, services }: Caller, principal: Principal, procedure: string): void {
  services.auth.audit.record({
    action: "admin.call",
    outcome: "refused",
    reason: "forbidden",
    actor: actorOf(principal, { ip: request.ip, userAgent: request.userAgent }),
    details: { procedure },
  });
}

/** For the log: a socket knows, a request finds out. */
function noteWho(caller: Caller, { session, user }: Principal): void {
  if (caller.connection !== null) return;
  caller.userId = user.id;
  caller.sessionId = session.id;
}

/** The same caller is refused the same thing again and again in normal use: once a minute is enough to see it. */
function logRefusal(caller: Caller, procedure: string, { code, details }: CallError): void {
  caller.services.refusalLog.writeNews(
    `${caller.addressKey} ${code} ${procedure}`,
    () => ({ ...callFacts(caller), procedure, code, reason: details.reason, address: caller.addressKey }),
    "A call was refused",
  );
}

function tooMany(caller: Caller): CallError {
  const { reply, addressKey, services } = caller;
  reply?.setRetryAfter(retryAfterSeconds);
  if (services.rateLimits.isNews(addressKey, performance.now())) {
    services.log.warn({ ...callFacts(caller), address: addressKey }, "Calls are refused, because there are too many");
  }
  return rateLimited(retryAfterSeconds);
}

/** What the procedure finds in `ctx`, but for what the app provides. */
export function buildContext<Tables extends CoreTables>(
  caller: Caller<Tables>,
  standing: Standing,
  { policies, data }: { readonly policies: Policies; readonly data: CallData | null },
): CallContext<Tables, string> & { readonly sessionData: SessionDataAccess<Record<string, unknown>> } {
  const { rule, principal } = standing;
  const asker = { caller, principal };
  return {
    caller,
    rule,
    principal,
    user: principal === null ? null : principal.user,
    session: principal === null ? null : principal.session,
    request: caller.request,
    db: caller.services.db,
    bus: caller.services.bus,
    can: (name, ...row: unknown[]) =>
      row.length === 0 ? can(principal, name) : askPolicy(policies, asker, name, row[0]),
    canAny: (permissions) => canAny(principal, permissions),
    canAll: (permissions) => canAll(principal, permissions),
    notify: (userId, notice, tx) => {
      const { notifications } = caller.services;
      return tx ? notifications.notifyIn(tx, userId, notice) : notifications.notify(userId, notice);
    },
    inGroup: (group) => inGroup(principal, group),
    oidc: { accessToken: (wanted) => readProviderToken(caller.services, principal, wanted) },
    sessionData: data ?? noData,
    transaction: (body, options) =>
      checkedTransaction(caller, standing, data ? (tx) => data.within(tx, () => body(tx)) : body, options),
  };
}

/** Counts a subscription among its socket's; returns what gives the place back, once. */
export function takeSubscription(connection: Connection): () => void {
  const { MAX_SUBSCRIPTIONS } = connection.services.settings;
  if (connection.subscriptions >= MAX_SUBSCRIPTIONS) {
    const reason = "LIMIT_EXCEEDED";
    throw new CallError("TOO_MANY_REQUESTS", `At most ${MAX_SUBSCRIPTIONS} subscriptions run on one socket.`, {
      reason,
    });
  }
  connection.subscriptions += 1;
  connection.services.connections.noteChange();
  let isTaken = true;
  return () => {
    if (!isTaken) return;
    isTaken = false;
    connection.subscriptions -= 1;
    connection.services.connections.noteChange();
  };
}

/** Sees to it that each value of a stream is checked before it leaves, whichever way it was written. */
export function guardStream(stream: unknown, caller: Caller, rule: Rule, release: () => void): unknown {
  if (stream instanceof PushStream) {
    // Each of its updates goes through the hub, which checks.
    stream.onEnd(release);
    return stream;
  }
  if (isObservable(stream) || !isAsyncIterable(stream)) {
    release();
    const message = "A subscription returns an async iterable or a stream of this library.";
    throw new TRPCError({ code: "INTERNAL_SERVER_ERROR", message });
  }
  return new GuardedStream({
    source: stream,
    ready: async () => caller.connection?.caughtUp(),
    check: () => requireStillAllowed(caller, rule),
    onEnd: release,
  });
}

async function requireStillAllowed(caller: Caller, rule: Rule): Promise<void> {
  const { auth } = caller.services;
  requireAlive(caller.connection);
  const principal = caller.tokenHash === null ? null : await auth.sessions.validate(caller.tokenHash);
  requireAlive(caller.connection);
  if (principal === null && caller.tokenHash !== null) {
    throw caller.connection ? await refuseEnded(caller.connection) : unauthorized();
  }
  const refusal = refusalOf(caller, rule, principal);
  if (refusal) throw refusal;
}

function requireTransport(rule: Rule, type: CallType, { connection, fileCall, reply }: Caller): void {
  const reason = "WRONG_TRANSPORT";
  if (rule.transport === "file" && fileCall === null) throw wrongTransport();
  if (rule.transport === "http" && connection !== null) {
    throw new CallError("BAD_REQUEST", "This procedure sets a cookie: call it over HTTP.", { reason });
  }
  if (rule.transport === "http" && reply?.claimSession() === false) {
    throw new CallError("BAD_REQUEST", "Another call of this batch sets the cookie: call this one by itself.");
  }
  if (type === "subscription" && connection === null) {
    throw new CallError("BAD_REQUEST", "Subscriptions are streamed over the socket only.", { reason });
  }
}

function isAsyncIterable(value: unknown): value is AsyncIterable<unknown> {
  return typeof value === "object" && value !== null && Symbol.asyncIterator in value;
}
