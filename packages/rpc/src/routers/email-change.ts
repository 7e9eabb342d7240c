import { z } from "zod";

import type { AccountProfile } from "@countersign/contract";

import { invalidFields, linkInvalid } from "../procedure/call-error.ts";

import { answerSession, answerSignedOut, tooMany } from "./answer-session.ts";
import { originOf, signedInOrigin } from "./call-origin.ts";
import { procedureWith, protectedProcedure, publicProcedureWith } from "./library-procedures.ts";
import { readProfile } from "./read-profile.ts";

const longestField = 1024;

const Address = z.strictObject({ email: z.string().max(longestField) });
const Token = z.strictObject({ token: z.string().max(longestField) });

const byLink = publicProcedureWith({ transport: "http" });

/** Another address for the account: asked for by who has just shown who they are, then a matter of the mailed links. */
export const emailChangeProcedures = {
  /** The same answer whether or not the address is somebody's. */
  requestEmailChange: procedureWith({ freshWithinSeconds: "default", transport: "http" })
    .input(Address)
    .mutation(async ({ ctx, input }) => {
      const from = { ...signedInOrigin(ctx), locale: ctx.request.locale };
      const { links } = ctx.caller.services.auth;
      const result = await links.requestEmailChange(input, from, (body) => ctx.transaction(body, { alone: true }));
      if (result.status === "invalid") throw invalidFields(result.fields);
      if (result.status !== "accepted") throw tooMany(ctx, result);
      return {};
    }),

  /** Takes back what was asked for. Answers with what is so now: the link may have been faster. */
  withdrawEmailChange: protectedProcedure.mutation(async ({ ctx }): Promise<AccountProfile> => {
    const { links } = ctx.caller.services.auth;
    await ctx.transaction((tx) => links.withdrawEmailChange(tx, signedInOrigin(ctx)), { alone: true });
    return readProfile(ctx);
  }),

  /** Open to whoever has the link: it may be opened where nobody is signed in. */
  confirmEmailChange: byLink.input(Token).mutation(async ({ ctx, input }) => {
    const result = await ctx.caller.services.auth.links.confirmEmailChange(input, originOf(ctx));
    if (result.status === "link-invalid") throw linkInvalid();
    if (result.status !== "changed") throw tooMany(ctx, result);
    if (result.renewed !== null) await answerSession(ctx, { status: "signed-in", ...result.renewed });
    else if (ctx.principal?.user.id === result.userId) answerSignedOut(ctx);
    return {};
  }),

  /** "This was not me": nobody is signed in after it. */
  revertEmailChange: byLink.input(Token).mutation(async ({ ctx, input }) => {
    const result = await ctx.caller.services.auth.links.revertEmailChange(input, originOf(ctx));
    if (result.status === "link-invalid") throw linkInvalid();
    if (result.status !== "reverted") throw tooMany(ctx, result);
    if (ctx.principal?.user.id === result.userId) answerSignedOut(ctx);
    return {};
  }),
};
