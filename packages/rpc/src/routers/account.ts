import { z } from "zod";

import type { DeviceSession } from "@countersign/auth";
import type { SessionListItem } from "@countersign/contract";
import type { CoreTables } from "@countersign/db";

import type { SignedInContext } from "../procedure/call-context.ts";
import { notFound } from "../procedure/call-error.ts";

import { protectedProcedure, router } from "./library-procedures.ts";

const Handle = z.strictObject({ id: z.string().min(1).max(64) });

/** The signed-in user's own account. */
export const accountRouter = router({
  sessions: router({
    list: protectedProcedure.query(async ({ ctx }): Promise<SessionListItem[]> => {
      const sessions = await ctx.caller.services.auth.sessions.list(ctx.user.id);
      return sessions.map((session) => toListItem(session, ctx.session.id));
    }),

    end: protectedProcedure.input(Handle).mutation(async ({ ctx, input }) => {
      const ended = await endSessions(ctx, { sessionId: input.id });
      if (ended.length === 0) throw notFound();
      return {};
    }),

    endOthers: protectedProcedure.mutation(async ({ ctx }) => {
      const ended = await endSessions(ctx, { exceptSessionId: ctx.session.id });
      return { ended: ended.length };
    }),
  }),
});

type Context = SignedInContext<CoreTables, string>;

/** Alone: two devices that end each other at once would otherwise wait for each other. */
function endSessions(
  ctx: Context,
  which: { readonly sessionId: string } | { readonly exceptSessionId: string },
): Promise<readonly string[]> {
  const { sessions } = ctx.caller.services.auth;
  return ctx.transaction((tx) => sessions.end(tx, { userId: ctx.user.id, ...which }, "signed_out_elsewhere"), {
    alone: true,
  });
}

function toListItem(session: DeviceSession, currentId: string): SessionListItem {
  return {
    id: session.id,
    isCurrent: session.id === currentId,
    createdAt: session.createdAt.toISOString(),
    lastUsedAt: session.lastUsedAt.toISOString(),
    expiresAt: session.expiresAt.toISOString(),
    ip: session.ip,
    userAgent: session.userAgent,
  };
}
