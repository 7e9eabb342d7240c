import { z } from "zod";

import { type LinkDescription, linkKinds } from "@countersign/contract";

import { CallError, invalidFields, linkInvalid } from "../procedure/call-error.ts";

import { answerSignedOut, tooMany } from "./answer-session.ts";
import { originOf } from "./call-origin.ts";
import { publicProcedureWith } from "./library-procedures.ts";

const longestField = 1024;

const Address = z.strictObject({ email: z.string().max(longestField) });
const Waiting = z.strictObject({ ...Address.shape, username: z.string().max(longestField).nullish() });
const Token = z.strictObject({ token: z.string().max(longestField) });
const NewPassword = z.strictObject({ token: z.string().max(longestField), password: z.string().max(longestField) });

/** Mutations over HTTP only: whatever opens a link by itself, to look at it or to warn of it, does not use it up. */
const overHttp = publicProcedureWith({ transport: "http" });

const LinkOfKind = z.strictObject({ ...Token.shape, purpose: z.enum(linkKinds) });

/** Confirming an address and replacing a forgotten password, by mailed links. */
export const linkProcedures = {
  /**
   * Whose account a link is about, for who holds it. A mutation, so that the token goes by POST and stands in no address;
   * it changes nothing, and uses nothing up.
   */
  describeLink: overHttp.input(LinkOfKind).mutation(async ({ ctx, input }): Promise<LinkDescription> => {
    const result = await ctx.caller.services.auth.links.describeLink(input, originOf(ctx));
    if (result.status === "link-invalid") throw linkInvalid();
    if (result.status !== "described") throw tooMany(ctx, result);
    const { username, email, takenFrom, mustSignIn } = result;
    return { username, email, takenFrom, mustSignIn };
  }),

  verifyEmail: overHttp.input(Token).mutation(async ({ ctx, input }) => {
    const result = await ctx.caller.services.auth.links.verifyEmail(input, originOf(ctx));
    if (result.status === "link-invalid") throw linkInvalid();
    if (result.status !== "verified") throw tooMany(ctx, result);
    return {};
  }),

  /** The same answer whether or not somebody waits for such a mail. */
  resendVerification: overHttp.input(Waiting).mutation(async ({ ctx, input }) => {
    const result = await ctx.caller.services.auth.links.resendVerification(input, originOf(ctx));
    if (result.status === "invalid") throw invalidFields(result.fields);
    if (result.status !== "accepted") throw tooMany(ctx, result);
    return {};
  }),

  /** The same answer whether or not there is an account. */
  requestPasswordReset: overHttp.input(Address).mutation(async ({ ctx, input }) => {
    const result = await ctx.caller.services.auth.links.requestPasswordReset(input, originOf(ctx));
    if (result.status === "off") {
      const reason = "PASSWORD_RESET_OFF";
      throw new CallError("FORBIDDEN", "Passwords are not replaced by mail here. Ask an administrator.", { reason });
    }
    if (result.status === "invalid") throw invalidFields(result.fields);
    if (result.status !== "accepted") throw tooMany(ctx, result);
    return {};
  }),

  /** Signs nobody in: the new password is for that. */
  resetPassword: overHttp.input(NewPassword).mutation(async ({ ctx, input }) => {
    const result = await ctx.caller.services.auth.links.resetPassword(input, originOf(ctx));
    if (result.status === "link-invalid") throw linkInvalid();
    if (result.status === "invalid") throw invalidFields(result.fields);
    if (result.status !== "reset") throw tooMany(ctx, result);
    if (ctx.principal?.user.id === result.userId) answerSignedOut(ctx);
    return {};
  }),
};
