import { z } from "zod";

import { actorOf, anySessionTopic, type DeviceSession, sessionsTopic, toSayableInstant } from "@countersign/auth";
import type { AccountProfile, SessionListItem } from "@countersign/contract";
import type { CoreTables } from "@countersign/db";

import { LiveInput, livePage } from "../live/live-list.ts";
import type { SignedInContext } from "../procedure/call-context.ts";
import { CallError, invalidFields, notFound, staleToken, wrongPassword } from "../procedure/call-error.ts";
import { checkRule } from "../procedure/check-rule.ts";

import { answerSession, answerSignedOut, keepForVisitor, tooMany } from "./answer-session.ts";
import { signedInOrigin } from "./call-origin.ts";
import { emailChangeProcedures } from "./email-change.ts";
import { procedureWith, protectedProcedure, router } from "./library-procedures.ts";
import { identitiesRouter } from "./oidc.ts";
import { forgetVisits } from "./provider-logout.ts";
import { readProfile } from "./read-profile.ts";

/** Long enough for any password that may be accepted; the rules for fields are the accounts'. */
const longestField = 1024;

const ChangePassword = z.strictObject({
  current: z.string().min(1, "Enter your present password.").max(longestField),
  password: z.string().min(1, "Enter a new password.").max(longestField),
});

const SetPassword = z.strictObject({ password: z.string().min(1, "Enter a new password.").max(longestField) });

const UpdateProfile = z.strictObject({
  firstName: z.string().max(longestField).optional(),
  lastName: z.string().max(longestField).optional(),
  locale: z.string().max(longestField).nullish(),
});

const DeleteAccount = z.strictObject({
  password: z.string().min(1, "Enter your password.").max(longestField).optional(),
});

const Handle = z.strictObject({ id: z.string().min(1).max(64) });

/** Read again by an open page without anybody's doing: that is no use of the session. */
const passiveFresh = procedureWith({ freshWithinSeconds: "default" }, { isPassive: true });
const overHttp = procedureWith({ transport: "http" });

/** The signed-in user's own account. */
export const accountRouter = router({
  profile: protectedProcedure.query(({ ctx }): Promise<AccountProfile> => readProfile(ctx)),

  updateProfile: protectedProcedure.input(UpdateProfile).mutation(async ({ ctx, input }): Promise<AccountProfile> => {
    const { accounts } = ctx.caller.services.auth;
    const result = await ctx.transaction((tx) => accounts.updateProfile(tx, input, signedInOrigin(ctx)), {
      alone: true,
    });
    if (result.status === "invalid") throw invalidFields(result.fields);
    return readProfile(ctx);
  }),

  /** The present password is asked for, and is as good as having confirmed it a moment before. */
  changePassword: overHttp.input(ChangePassword).mutation(async ({ ctx, input }) => {
    const result = await ctx.caller.services.auth.accounts.changePassword(input, signedInOrigin(ctx));
    if (result.status === "invalid") throw invalidFields(result.fields);
    if (result.status === "wrong-password") throw wrongPassword();
    if (result.status === "conflict") {
      throw new CallError(
        "CONFLICT",
        "Your password was changed elsewhere at the same time. This change was not made.",
      );
    }
    if (result.status === "ended") throw staleToken();
    return answerSession(ctx, result);
  }),

  /** A first one, for whoever has none: soon after they have shown at their provider who they are. */
  setPassword: procedureWith({ freshWithinSeconds: "default", transport: "http" })
    .input(SetPassword)
    .mutation(async ({ ctx, input }) => {
      const result = await ctx.caller.services.auth.accounts.setPassword(input, signedInOrigin(ctx));
      if (result.status === "invalid") throw invalidFields(result.fields);
      if (result.status === "impersonating")
        throw new CallError("FORBIDDEN", "Whoever acts as somebody else sets no password for them.");
      if (result.status === "conflict")
        throw new CallError("CONFLICT", "There is a password already. Change it, with the present one.");
      if (result.status === "ended") throw staleToken();
      return answerSession(ctx, result);
    }),

  /** With the password, which confirms it; or, without it, soon after it was confirmed. */
  delete: overHttp.input(DeleteAccount).mutation(async ({ ctx, input }) => {
    if (input.password === undefined) requireFresh(ctx);
    const result = await ctx.caller.services.auth.accounts.deleteAccount(input, signedInOrigin(ctx));
    if (result.status === "limited" || result.status === "busy") throw tooMany(ctx, result);
    if (result.status === "wrong-password") throw wrongPassword();
    if (result.status === "ended") throw staleToken();
    if (result.status === "last-superuser") {
      const message = "You are the last superuser. Make somebody else one first.";
      throw new CallError("CONFLICT", message, { reason: "LAST_SUPERUSER" });
    }
    await forgetVisits(ctx);
    answerSignedOut(ctx);
    return {};
  }),

  ...emailChangeProcedures,

  identities: identitiesRouter,

  sessions: router({
    /** Says where the user is and was: for those who have just shown who they are. */
    list: passiveFresh.query(({ ctx }): Promise<SessionListItem[]> => listSessions(ctx)),

    /** The same list, live: a device that signs in or is signed out comes and goes. */
    live: passiveFresh.input(LiveInput).subscription(({ ctx, input }) =>
      livePage<SessionListItem>(ctx, {
        lastEventId: input?.lastEventId,
        reading: () => ({
          // Which one is this device's differs by session.
          key: `${sessionsTopic(ctx.user.id)}:${ctx.session.id}`,
          topics: [sessionsTopic(ctx.user.id), anySessionTopic],
          read: async () => ({ rows: await listSessions(ctx) }),
        }),
      }),
    ),

    end: protectedProcedure.input(Handle).mutation(async ({ ctx, input }) => {
      const ended = await endSessions(ctx, { sessionId: input.id });
      if (ended.length === 0) throw notFound();
      return {};
    }),

    endOthers: protectedProcedure.mutation(async ({ ctx }) => {
      const ended = await endSessions(ctx, { exceptSessionId: ctx.session.id });
      return { ended: ended.length };
    }),

    /** Everywhere, here too: so it takes the cookie away. */
    endAll: procedureWith({ transport: "http" }).mutation(async ({ ctx }) => {
      await keepForVisitor(ctx);
      const ended = await endSessions(ctx, {});
      await forgetVisits(ctx);
      answerSignedOut(ctx);
      return { ended: ended.length };
    }),
  }),
});

type Context = SignedInContext<CoreTables, string>;

function requireFresh({ caller, principal, rule }: Context): void {
  const { clock, settings } = caller.services;
  const refusal = checkRule(
    { ...rule, freshWithinSeconds: "default" },
    principal,
    clock.now(),
    settings.SESSION_FRESH_SECONDS,
  );
  if (refusal) throw refusal;
}

async function listSessions(ctx: Context): Promise<SessionListItem[]> {
  const { auth } = ctx.caller.services;
  const sessions = await auth.sessions.list(ctx.user.id);
  const providers = await auth.oidc.providersOf(sessions.map(({ id }) => id));
  return sessions.map((session) => toListItem(session, ctx.session.id, providers.get(session.id) ?? null));
}

/** Alone: two devices that end each other at once would otherwise wait for each other. */
function endSessions(
  ctx: Context,
  which: { readonly sessionId?: string; readonly exceptSessionId?: string },
): Promise<readonly string[]> {
  const { sessions, audit } = ctx.caller.services.auth;
  return ctx.transaction(
    async (tx) => {
      const ended = await sessions.end(tx, { userId: ctx.user.id, ...which }, "signed_out_elsewhere");
      if (ended.length === 0) return ended;
      const details = which.sessionId === undefined ? { count: ended.length } : { session: which.sessionId };
      const actor = actorOf(ctx.principal, ctx.request);
      await audit.recordIn(tx, { action: "account.sessions.end", outcome: "ok", actor, details });
      return ended;
    },
    { alone: true },
  );
}

function toListItem(session: DeviceSession, currentId: string, provider: string | null): SessionListItem {
  return {
    id: session.id,
    version: session.version,
    isCurrent: session.id === currentId,
    createdAt: toSayableInstant(session.createdAt),
    lastUsedAt: toSayableInstant(session.lastUsedAt),
    expiresAt: session.expiresAt.toISOString(),
    ip: session.ip,
    userAgent: session.userAgent,
    provider,
  };
}
