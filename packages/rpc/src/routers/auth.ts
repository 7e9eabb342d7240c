import { z } from "zod";

import type { NewSession, Principal, SessionOrigin } from "@countersign/auth";
import type { SessionChange } from "@countersign/contract";
import type { CoreTables } from "@countersign/db";

import type { HttpReply } from "../http/http-reply.ts";
import type { CallContext } from "../procedure/call-context.ts";
import { CallError, invalidFields, rateLimited } from "../procedure/call-error.ts";

import { publicProcedureWith, router } from "./library-procedures.ts";

/** Long enough for any password that may be accepted; the rules for fields are the accounts'. */
const longestField = 1024;

const RegisterInput = z.strictObject({
  username: z.string().max(longestField),
  email: z.string().max(longestField).nullish(),
  password: z.string().max(longestField),
});

const LoginInput = z.strictObject({
  login: z.string().min(1, "Enter your username.").max(longestField),
  password: z.string().min(1, "Enter your password.").max(longestField),
  remember: z.boolean().optional(),
});

const overHttp = publicProcedureWith({ transport: "http" });

type Context = CallContext<CoreTables, string>;

/** Signing up, in and out. These set the cookie, so they are called over HTTP. */
export const authRouter = router({
  register: overHttp.input(RegisterInput).mutation(async ({ ctx, input }) => {
    const result = await ctx.caller.services.auth.accounts.register(input, originOf(ctx));
    if (result.status === "invalid") throw invalidFields(result.fields);
    if (result.status === "closed") {
      throw new CallError("FORBIDDEN", "New accounts are not accepted at the moment.", { reason: "SIGN_UP_CLOSED" });
    }
    return answerSignIn(ctx, result);
  }),

  login: overHttp.input(LoginInput).mutation(async ({ ctx, input }) => {
    const result = await ctx.caller.services.auth.accounts.login(input, originOf(ctx));
    if (result.status === "refused") {
      throw new CallError("UNAUTHORIZED", "The name or the password is not right.", { reason: "INVALID_CREDENTIALS" });
    }
    return answerSignIn(ctx, result);
  }),

  /** Clears the cookie whatever happens. `pending`: the session could not be ended yet, and will be. */
  logout: publicProcedureWith({ transport: "http" }, { isExit: true }).mutation(async ({ ctx }) => {
    requireReply(ctx).setSession(ctx.caller.services.cookie.serializeCleared(), "signed-out");
    return { session: await ctx.caller.services.auth.accounts.logout(ctx.caller.tokenHash) };
  }),
});

type SignIn =
  | ({ readonly status: "signed-in"; readonly principal: Principal } & NewSession)
  | { readonly status: "limited" | "busy"; readonly retryAfterSeconds: number };

async function answerSignIn(ctx: Context, result: SignIn) {
  const reply = requireReply(ctx);
  if (result.status !== "signed-in") {
    reply.setRetryAfter(result.retryAfterSeconds);
    throw rateLimited(result.retryAfterSeconds);
  }
  const { clock, cookie } = ctx.caller.services;
  reply.setSession(cookie.serialize({ ...result, now: clock.now() }), changeOf(ctx.principal, result.principal));
  return { user: await ctx.caller.services.readSnapshot(result.principal) };
}

function changeOf(before: Principal | null, after: Principal): SessionChange {
  if (before === null) return "signed-in";
  return before.user.id === after.user.id ? "rotated" : "switched";
}

function originOf(ctx: Context): SessionOrigin & { readonly presented: Principal | null } {
  return { ip: ctx.request.ip, userAgent: ctx.request.userAgent, presented: ctx.principal };
}

function requireReply(ctx: Context): HttpReply {
  if (ctx.caller.reply === null)
    throw new Error('A cookie can be set over HTTP only. Give the procedure transport: "http".');
  return ctx.caller.reply;
}
