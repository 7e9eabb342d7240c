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
  const { clock, cookie, readSnapshot } = ctx.caller.services;
  const setCookie = cookie.serialize({ ...outcome, now: clock.now() });
  requireReply(ctx).setSession(setCookie, changeOf(ctx.principal, outcome.principal));
  return { user: await readSnapshot(outcome.principal) };
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
