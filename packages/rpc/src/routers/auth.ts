import { z } from "zod";

import type { AfterRegister, AuthConfig, SignedInSnapshot } from "@countersign/contract";

import { CallError, invalidFields, staleToken, wrongPassword } from "../procedure/call-error.ts";

import { answerSession, answerSignedOut, keepForVisitor } from "./answer-session.ts";
import { originOf, signedInOrigin } from "./call-origin.ts";
import { procedureWith, publicProcedureWith, router } from "./library-procedures.ts";
import { linkProcedures } from "./links.ts";
import { oidcRouter } from "./oidc.ts";
import { beginProviderLogout, forgetVisits, readLeaving } from "./provider-logout.ts";

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

const StepUpInput = z.strictObject({ password: z.string().min(1, "Enter your password.").max(longestField) });

const overHttp = publicProcedureWith({ transport: "http" });

/** The answer to a registration; `user` is null unless the new user is signed in. */
interface Registered {
  readonly user: SignedInSnapshot | null;
  readonly next: AfterRegister;
}

interface SignedOut {
  readonly session: "ended" | "pending";
  readonly redirectTo?: string;
}

/** Signing up, in and out. These set the cookie, so they are called over HTTP. */
export const authRouter = router({
  /** What the pages need to know of the site. The same for all; asking it is no use of a session. */
  config: publicProcedureWith({}, { isPassive: true }).query(({ ctx }): AuthConfig => {
    const { auth, settings } = ctx.caller.services;
    return {
      siteName: settings.SITE_NAME,
      signUp: settings.SIGN_UP,
      signInAfterSignUp: settings.SIGN_IN_AFTER_SIGN_UP,
      passwordReset: settings.PASSWORD_RESET,
      loginFields: settings.LOGIN_FIELDS,
      emailRequired: settings.EMAIL_REQUIRED,
      emailVerification: settings.EMAIL_VERIFICATION,
      passwordMinLength: settings.PASSWORD_MIN_LENGTH,
      freshSeconds: settings.SESSION_FRESH_SECONDS,
      providers: auth.oidc.providers,
    };
  }),

  register: overHttp.input(RegisterInput).mutation(async ({ ctx, input }): Promise<Registered> => {
    const result = await ctx.caller.services.auth.accounts.register(input, originOf(ctx));
    if (result.status === "invalid") throw invalidFields(result.fields);
    if (result.status === "closed") {
      throw new CallError("FORBIDDEN", "New accounts are not accepted at the moment.", { reason: "SIGN_UP_CLOSED" });
    }
    if (result.status === "made") return { user: null, next: result.next };
    const answered = await answerSession(ctx, result);
    await forgetVisits(ctx);
    return { ...answered, next: "signed_in" };
  }),

  login: overHttp.input(LoginInput).mutation(async ({ ctx, input }) => {
    const result = await ctx.caller.services.auth.accounts.login(input, originOf(ctx));
    if (result.status === "refused") {
      throw new CallError("UNAUTHORIZED", "The name or the password is not right.", { reason: "INVALID_CREDENTIALS" });
    }
    if (result.status === "unverified") {
      const message = "Confirm your email address first. The link is in the mail we sent you.";
      throw new CallError("FORBIDDEN", message, { reason: "EMAIL_UNVERIFIED" });
    }
    const answered = await answerSession(ctx, result);
    await forgetVisits(ctx);
    return answered;
  }),

  /**
   * Clears the cookie whatever happens. `pending`: the session could not be ended yet, and will be. With `redirectTo` the page
   * goes there, to be signed out where it came from as well.
   */
  logout: publicProcedureWith({ transport: "http" }, { isExit: true }).mutation(async ({ ctx }): Promise<SignedOut> => {
    answerSignedOut(ctx);
    await keepForVisitor(ctx);
    const leaving = await readLeaving(ctx);
    const session = await ctx.caller.services.auth.accounts.logout(ctx.caller.tokenHash, ctx.request);
    await forgetVisits(ctx);
    const redirectTo = leaving === null ? null : await beginProviderLogout(ctx, leaving);
    return redirectTo === null ? { session } : { session, redirectTo };
  }),

  /** Confirms the password of who is signed in: sensitive actions are allowed again for a while. */
  stepUp: procedureWith({ transport: "http" })
    .input(StepUpInput)
    .mutation(async ({ ctx, input }) => {
      const result = await ctx.caller.services.auth.accounts.stepUp(input, signedInOrigin(ctx));
      if (result.status === "wrong-password") throw wrongPassword();
      if (result.status === "ended") throw staleToken();
      return answerSession(ctx, result);
    }),

  oidc: oidcRouter,

  ...linkProcedures,
});
