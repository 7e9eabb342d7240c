import { and, eq } from "drizzle-orm";

import { DatabaseUnavailable, forUpdate } from "@countersign/db";

import type { SignInOrigin } from "../account/account-context.ts";
import { readNewPrincipal } from "../account/begin-session.ts";
import { actorOf } from "../audit/audit-actor.ts";
import type { Principal } from "../session/principal.ts";
import type { NewSession } from "../session/session-engine.ts";
import { hashToken } from "../session/token.ts";

import { toVisitor, type Visitor } from "./enter.ts";
import { exchange } from "./exchange.ts";
import { findIdentity } from "./find-identity.ts";
import { refuseIfLoggedOut } from "./heard-logouts.ts";
import { linkIdentity } from "./link-identity.ts";
import type { ConnectedProvider, OidcContext } from "./oidc-context.ts";
import { toPlainError } from "./plain-error.ts";
import { isSessionOf, keepProviderSession } from "./provider-session.ts";
import { OidcRefusal } from "./provider.ts";
import { signIn } from "./sign-in.ts";
import { tellTokens } from "./tell-tokens.ts";
import {
  claimTransaction,
  endTransaction,
  findDone,
  type OidcTransaction,
  type PresentedBrowser,
} from "./transaction.ts";

export type CallbackResult =
  /** The browser gets the session, and goes on to `to`. */
  | ({ readonly status: "signed-in"; readonly principal: Principal; readonly to: string } & NewSession)
  /** It goes on to `to` with the session it has. */
  | { readonly status: "unchanged"; readonly to: string }
  /** Something is to be asked: the page asks with this id, of the browser with this token. */
  | { readonly status: "pending"; readonly id: string; readonly binding: string }
  | { readonly status: "refused"; readonly refusal: OidcRefusal };

export interface CallbackInput extends PresentedBrowser {
  /** As the path names it. */
  readonly provider: string;
  readonly query: URLSearchParams;
}

/** See `Oidc.callback`. */
export async function callback(
  context: OidcContext,
  input: CallbackInput,
  from: SignInOrigin,
): Promise<CallbackResult> {
  const provider = context.providers.get(input.provider);
  try {
    if (provider === undefined) throw new OidcRefusal("expired", "unknown_provider");
    const now = new Date(context.clock.now());
    const states = input.query.getAll("state");
    const state = states.length === 1 ? (states[0] ?? null) : null;
    const presented = { provider: provider.name, state, bindings: input.bindings, now };
    const visit = await claimTransaction(context.db, presented, "sign-in");
    if (visit !== null) return await answer(context, { ...input, provider, visit, from });

    const done = await findDone(context.db, presented);
    if (done === null || from.presented?.session.id !== done.sessionId) throw await refuseUnknown(context, from);
    return { status: "unchanged", to: done.returnTo };
  } catch (error) {
    const refusal = toRefusal(context, error);
    if (provider !== undefined) recordRefusal(context, refusal, provider, from);
    return { status: "refused", refusal };
  }
}

/**
 * What belongs to nothing here anybody can bring: counted by address, as mailed links are. Only once it was looked up: whoever has
 * begun a visit comes in whatever others at the same address do.
 */
async function refuseUnknown({ throttle }: OidcContext, { ip }: SignInOrigin): Promise<OidcRefusal> {
  const admission = await throttle.admitProviderReturn(ip);
  return admission.status === "limited"
    ? new OidcRefusal("limited", "limited")
    : new OidcRefusal("expired", "unknown_visit");
}

function toRefusal({ onError }: OidcContext, error: unknown): OidcRefusal {
  if (error instanceof OidcRefusal) return error;
  if (error instanceof DatabaseUnavailable) return new OidcRefusal("unavailable", "database", { cause: error });
  const cause = toPlainError(error);
  onError(cause);
  return new OidcRefusal("failed", "failed", { cause });
}

function recordRefusal(
  context: OidcContext,
  { code, message }: OidcRefusal,
  provider: ConnectedProvider,
  from: SignInOrigin,
): void {
  context.audit.record({
    action: "auth.oidc",
    outcome: "refused",
    reason: /^[a-z_]{1,40}$/.test(message) ? message : code,
    actor: actorOf(from.presented, from),
    details: { provider: provider.name },
  });
}

interface Return extends Omit<CallbackInput, "provider"> {
  readonly provider: ConnectedProvider;
  readonly visit: OidcTransaction;
  readonly from: SignInOrigin;
}

async function answer(
  context: OidcContext,
  { provider, visit, query, bindings, from }: Return,
): Promise<CallbackResult> {
  // Before the code is used up: what it was for has to be there still.
  if (visit.purpose !== "sign-in") requireOwner(visit, from);
  const answered = await exchange(context, provider, visit, query);
  const { remember } = visit;
  const visitor = toVisitor(context, { provider, answer: answered, begunAt: visit.createdAt, remember, from });
  // oxlint-disable-next-line typescript/no-unnecessary-boolean-literal-compare -- in plain JavaScript it may answer "no"
  if (provider.allow && (await provider.allow(answered.claims)) !== true)
    throw new OidcRefusal("refused", "not_allowed");

  const to = visit.returnTo;
  if (visit.purpose === "link") {
    await linkIdentity(context, visit, visitor, requireOwner(visit, from));
    return { status: "unchanged", to };
  }
  const begun =
    visit.purpose === "step-up" ? await stepUp(context, visit, visitor) : await signIn(context, visit, visitor);
  if (begun === "pending") {
    // It is one of those: by them the visit was found.
    const binding = bindings.find((each) => hashToken(each) === visit.bindingHash) ?? "";
    return { status: "pending", id: visit.id, binding };
  }
  const principal = await readNewPrincipal(context, begun);
  if (principal === null) throw new OidcRefusal("refused", "ended");
  tellTokens(context, visitor, principal.user.id);
  return { status: "signed-in", principal, ...begun, to };
}

/** Whoever went there to link, or to show again who they are, is still signed in here, in the same session. */
function requireOwner(visit: OidcTransaction, { presented }: SignInOrigin): Principal {
  const isSame = presented !== null && presented.session.id === visit.sessionId && presented.user.id === visit.userId;
  if (!isSame) throw new OidcRefusal("expired", "session_ended");
  // Whoever acts as somebody else must not leave a way in of their own there.
  if (presented.session.impersonatedBy !== null) throw new OidcRefusal("failed", "impersonating");
  return presented;
}

const skewMs = 60_000;

async function stepUp(context: OidcContext, visit: OidcTransaction, visitor: Visitor): Promise<NewSession> {
  const { answer: answered, from, provider } = visitor;
  const { user, session } = requireOwner(visit, from);
  const authenticatedAt = answered.claims["auth_time"];
  // The provider may have let somebody pass on a sign-in of yesterday, whatever was asked of it.
  if (typeof authenticatedAt !== "number" || authenticatedAt * 1000 < visit.createdAt.getTime() - skewMs)
    throw new OidcRefusal("provider", "auth_time");
  if (authenticatedAt * 1000 > visitor.now.getTime() + skewMs) throw new OidcRefusal("provider", "auth_time");
  const { presentedTokenHash } = from;
  if (!presentedTokenHash) throw new OidcRefusal("expired", "session_ended");

  return context.db.transaction(async (tx) => {
    const { users } = tx.tables;
    const active = tx
      .select({ id: users.id })
      .from(users)
      .where(and(eq(users.id, user.id), eq(users.isActive, true)));
    const locked = await forUpdate(tx, active);
    const identity = await findIdentity(tx, answered);
    if (locked.length === 0) throw new OidcRefusal("expired", "session_ended");
    if (identity?.userId !== user.id) throw new OidcRefusal("other", "other_identity");
    await refuseIfLoggedOut(tx, visitor);
    const rotated = await context.sessions.rotate(tx, session.id, {
      reauthenticated: true,
      ifTokenHash: presentedTokenHash,
    });
    if (rotated === null) throw new OidcRefusal("expired", "session_ended");
    const of = { identityId: identity.id, provider: provider.name };
    if (await isSessionOf(tx, { sessionId: session.id, ...of }))
      await keepProviderSession(context, tx, { session: rotated.session, ...of, answer: answered });
    const details = { provider: provider.name };
    const actor = actorOf(from.presented, from);
    await context.audit.recordIn(tx, { action: "auth.step_up", outcome: "ok", actor, details });
    if (!(await endTransaction(tx, visit, session.id))) throw new OidcRefusal("expired", "ended");
    return rotated;
  });
}
