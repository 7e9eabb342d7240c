import { z } from "zod";

import { anonymous, type UserSnapshot } from "@countersign/contract";

import { snapshotStream } from "../live/snapshot-stream.ts";
import { notificationStream } from "../notify/notification-stream.ts";
import { CallError } from "../procedure/call-error.ts";
import type { SessionDataKeys } from "../procedure/session-data-keys.ts";

import { procedureWith, publicProcedureWith, router } from "./library-procedures.ts";
import { createSessionDataRouter } from "./session-data.ts";

// The client asks these by itself, so they do not count as use of the session.
const passive = publicProcedureWith({}, { isPassive: true });
const passiveProtected = procedureWith({}, { isPassive: true });

/**
 * Who am I, what may I do, what is kept with my session: for anyone, live. `data` are the keys from `defineSessionData`, the
 * same as `createProcedures` is given.
 */
export function createSessionRouter<const Keys extends SessionDataKeys>({ data }: { readonly data: Keys }) {
  return router({
    ...own,
    data: createSessionDataRouter(data),
  });
}

const own = {
  snapshot: passive.subscription(({ ctx }) => {
    const { connection } = ctx.caller;
    if (connection === null) {
      throw new CallError("BAD_REQUEST", "Subscriptions are streamed over the socket only.", {
        reason: "WRONG_TRANSPORT",
      });
    }
    return snapshotStream(connection, ctx.rule, ctx.principal);
  }),

  /** Short messages to this user: those this browser has not shown yet, then each as it comes. */
  notifications: passiveProtected.subscription(({ ctx }) => notificationStream(ctx)),

  /**
   * Takes one for this window. Only the first of a browser gets it: its other windows, and this one when it is loaded again,
   * are not to show it.
   */
  notificationShown: passiveProtected
    .input(z.strictObject({ id: z.string().max(64) }))
    .mutation(async ({ ctx, input }) => {
      const { notifications } = ctx.caller.services;
      return { isFirst: await ctx.transaction((tx) => notifications.take(tx, ctx.session, input.id)) };
    }),

  me: passive.query(async ({ ctx }): Promise<UserSnapshot> => {
    return ctx.principal === null ? anonymous : ctx.caller.services.readSnapshot(ctx.principal);
  }),

  /** Asks the server for tRPC's reconnect notice: the client opens a new socket with its present cookie and moves over. */
  handover: passive.mutation(({ ctx }) => {
    const { connection } = ctx.caller;
    // After the answer, so that it is not among what has to be moved.
    if (connection !== null) setImmediate(() => connection.requestReconnect());
    return {};
  }),
};

/** The same for an app that keeps no data with its sessions. */
export const sessionRouter = createSessionRouter({ data: {} });
