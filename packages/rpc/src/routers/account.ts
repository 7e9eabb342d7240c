import { z } from "zod";

import type { DeviceSession } from "@countersign/auth";
import type { SessionListItem } from "@countersign/contract";

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
      const which = { userId: ctx.user.id, sessionId: input.id };
      const ended = await ctx.transaction((tx) =>
        ctx.caller.services.auth.sessions.end(tx, which, "signed_out_elsewhere"),
      );
      if (ended.length === 0) throw notFound();
      return {};
    }),

    endOthers: protectedProcedure.mutation(async ({ ctx }) => {
      const which = { userId: ctx.user.id, exceptSessionId: ctx.session.id };
      const ended = await ctx.transaction((tx) =>
        ctx.caller.services.auth.sessions.end(tx, which, "signed_out_elsewhere"),
      );
      return { ended: ended.length };
    }),
  }),
});

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
