import { z } from "zod";

import {
  type AfterRegister,
  type LinkedIdentity,
  oidcPurposes,
  type PendingSignIn,
  type SignedInSnapshot,
} from "@countersign/contract";
import type { CoreTables } from "@countersign/db";

import { providerUnavailable } from "../oidc/provider-token.ts";
import type { CallContext } from "../procedure/call-context.ts";
import { CallError, invalidFields, notFound, unauthorized } from "../procedure/call-error.ts";
import { checkRule } from "../procedure/check-rule.ts";

import { answerSession, tooMany } from "./answer-session.ts";
import { originOf, signedInOrigin } from "./call-origin.ts";
import { procedureWith, protectedProcedure, publicProcedureWith, router } from "./library-procedures.ts";

const longestField = 1024;
const longestPath = 2048;

const StartInput = z.strictObject({
  provider: z.string().max(64),
  purpose: z.enum(oidcPurposes).default("sign-in"),
  returnTo: z.string().max(longestPath).optional(),
  remember: z.boolean().optional(),
});
const Visit = z.strictObject({ id: z.string().min(1).max(64) });
const CompleteInput = z.strictObject({
  ...Visit.shape,
  username: z.string().max(longestField),
  email: z.string().max(longestField).nullish(),
});
const ConfirmInput = z.strictObject({
  ...Visit.shape,
  password: z.string().min(1, "Enter your password.").max(longestField),
});

const overHttp = publicProcedureWith({ transport: "http" });

type Context = CallContext<CoreTables, string>;

/** Signing in with identity providers: what pages call before the browser goes there, and after it came back. */
export const oidcRouter = router({
  /** Begins a visit: the page goes to `url`. To link, the sign-in must be fresh; to step up there must be one. */
  start: overHttp.input(StartInput).mutation(async ({ ctx, input }) => {
    if (input.purpose !== "sign-in") requireSignedIn(ctx, input.purpose === "link");
    const from = { ...originOf(ctx), bindings: ctx.caller.bindings };
    const result = await ctx.caller.services.auth.oidc.start(input, from);
    if (result.status === "limited") throw tooMany(ctx, result);
    if (result.status === "unavailable") throw providerUnavailable();
    if (result.status === "unknown") {
      throw new CallError("NOT_FOUND", "There is no such provider to sign in with.", { reason: "PROVIDER_UNKNOWN" });
    }
    setBinding(ctx, result.binding);
    return { url: result.url };
  }),

  pending: overHttp.input(Visit).mutation(async ({ ctx, input }): Promise<PendingSignIn> => {
    const pending = await ctx.caller.services.auth.oidc.pending({ ...input, bindings: ctx.caller.bindings });
    if (pending === null) throw visitInvalid();
    return pending;
  }),

  complete: overHttp.input(CompleteInput).mutation(async ({ ctx, input }): Promise<Completed> => {
    const { oidc } = ctx.caller.services.auth;
    const result = await oidc.complete({ ...input, bindings: ctx.caller.bindings }, originOf(ctx));
    if (result.status === "link-invalid") throw visitInvalid();
    if (result.status === "invalid") throw invalidFields(result.fields);
    if (result.status === "closed") {
      throw new CallError("FORBIDDEN", "New accounts are not accepted at the moment.", { reason: "SIGN_UP_CLOSED" });
    }
    if (result.status === "made") return { user: null, next: result.next, to: result.to };
    return { ...(await answerSession(ctx, result)), next: "signed_in", to: result.to };
  }),

  confirm: overHttp.input(ConfirmInput).mutation(async ({ ctx, input }) => {
    const { oidc } = ctx.caller.services.auth;
    const result = await oidc.confirm({ ...input, bindings: ctx.caller.bindings }, originOf(ctx));
    if (result.status === "link-invalid" || result.status === "unverified") throw visitInvalid();
    if (result.status === "refused") {
      throw new CallError("UNAUTHORIZED", "The password is not right.", { reason: "INVALID_CREDENTIALS" });
    }
    if (result.status !== "signed-in") throw tooMany(ctx, result);
    return { ...(await answerSession(ctx, result)), to: result.to };
  }),

  /** Forgets what a provider said. */
  cancel: overHttp.input(Visit).mutation(async ({ ctx, input }) => {
    await ctx.caller.services.auth.oidc.cancel({ ...input, bindings: ctx.caller.bindings });
    return {};
  }),
});

/** The ways in to one's own account. */
export const identitiesRouter = router({
  list: protectedProcedure.query(({ ctx }): Promise<readonly LinkedIdentity[]> => {
    return ctx.caller.services.auth.oidc.identities(ctx.user.id);
  }),

  unlink: procedureWith({ freshWithinSeconds: "default", transport: "http" })
    .input(Visit)
    .mutation(async ({ ctx, input }) => {
      const { oidc } = ctx.caller.services.auth;
      const result = await ctx.transaction((tx) => oidc.unlink(tx, input.id, signedInOrigin(ctx)), { alone: true });
      if (result.status === "missing") throw notFound();
      if (result.status === "last") {
        const message = "This is the only way to sign in that you have. Set a password or connect another first.";
        throw new CallError("CONFLICT", message, { reason: "LAST_SIGN_IN_METHOD" });
      }
      return {};
    }),
});

export interface Completed {
  readonly user: SignedInSnapshot | null;
  readonly next: AfterRegister;
  readonly to: string;
}

function requireSignedIn({ caller, principal, rule }: Context, isFresh: boolean): void {
  const { clock, settings } = caller.services;
  if (principal === null) throw unauthorized();
  const wanted = { ...rule, ...(isFresh ? { freshWithinSeconds: "default" as const } : {}) };
  const refusal = checkRule(wanted, principal, clock.now(), settings.SESSION_FRESH_SECONDS);
  if (refusal) throw refusal;
}

/** Tells this browser from others until it comes back. */
export function setBinding({ caller }: Context, token: string): void {
  const { oidcCookie } = caller.services;
  caller.reply?.setBinding(oidcCookie.serialize(token, bindingSeconds));
}

const bindingSeconds = 600;

function visitInvalid(): CallError {
  const message = "This sign-in does not work any more. Begin again.";
  return new CallError("BAD_REQUEST", message, { reason: "SIGN_IN_LINK_INVALID" });
}
