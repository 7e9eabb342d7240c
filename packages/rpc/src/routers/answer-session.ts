import type { NewSession, Principal } from "@countersign/auth";
import type { SessionChange, SignedInSnapshot } from "@countersign/contract";
import type { CoreTables } from "@countersign/db";

import type { HttpReply } from "../http/http-reply.ts";
import type { CallContext } from "../procedure/call-context.ts";
import { rateLimited } from "../procedure/call-error.ts";

type Context = CallContext<CoreTables, string>;

type Outcome = ({ readonly status: "signed-in"; readonly principal: Principal } & NewSession) | Wait;

interface Wait {
  readonly status: "limited" | "busy";
  readonly retryAfterSeconds: number;
}

/** Hands the browser its new token and tells the page whose it is. @throws TOO_MANY_REQUESTS when there is none to hand out. */
export async function answerSession(ctx: Context, outcome: Outcome): Promise<{ readonly user: SignedInSnapshot }> {
  if (outcome.status !== "signed-in") throw tooMany(ctx, outcome);
  const { clock, cookie, readSnapshot, visitorCookie } = ctx.caller.services;
  const setCookie = cookie.serialize({ ...outcome, now: clock.now() });
  requireReply(ctx).setSession(setCookie, changeOf(ctx.principal, outcome.principal));
  // What was kept for the visitor is the session's now.
  if (ctx.caller.visitorHash !== null) requireReply(ctx).setVisitor(visitorCookie.serializeCleared());
  return { user: await readSnapshot(outcome.principal) };
}

/**
 * Keeps for the visitor what is to outlive the session, before that ends. Nothing of it stands in the way of signing out.
 */
export async function keepForVisitor(ctx: Context): Promise<void> {
  const { auth, log, settings, visitorCookie } = ctx.caller.services;
  const { tokenHash, visitorHash } = ctx.caller;
  if (tokenHash === null) return;
  try {
    const token = await auth.sessionData.keepAtSignOut(tokenHash, visitorHash);
    if (token !== null) requireReply(ctx).setVisitor(visitorCookie.serialize(token, settings.VISITOR_SECONDS));
  } catch (error) {
    log.warn({ err: error }, "What a session keeps for the visitor after it could not be kept");
  }
}

/** Takes the cookie away, and tells the page that its session is over. */
export function answerSignedOut(ctx: Context): void {
  requireReply(ctx).setSession(ctx.caller.services.cookie.serializeCleared(), "signed-out");
}

/** The refusal, with the time to wait in the header as well. */
export function tooMany(ctx: Context, { retryAfterSeconds }: Wait): Error {
  ctx.caller.reply?.setRetryAfter(retryAfterSeconds);
  return rateLimited(retryAfterSeconds);
}

function changeOf(before: Principal | null, after: Principal): SessionChange {
  if (before === null) return "signed-in";
  return before.user.id === after.user.id ? "rotated" : "switched";
}

function requireReply(ctx: Context): HttpReply {
  if (ctx.caller.reply === null)
    throw new Error('A cookie can be set over HTTP only. Give the procedure transport: "http".');
  return ctx.caller.reply;
}
