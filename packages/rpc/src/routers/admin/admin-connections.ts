import { createHash } from "node:crypto";

import { z } from "zod";

import { adminTopic } from "@countersign/auth";
import type { AdminConnection } from "@countersign/contract";

import type { Connection } from "../../connection/connection.ts";
import { type LivePage, livePage } from "../../live/live-list.ts";
import type { Services } from "../../services.ts";
import { router } from "../library-procedures.ts";

import { adminProcedure } from "./admin-call.ts";
import { Id, Page, Resume } from "./admin-input.ts";

/** There are no pages of what comes and goes: a look at the newest ones, as many as somebody can read. */
const mostRows = 500;

const Query = z.strictObject({
  search: Page.search,
  limit: z.int().min(1).max(mostRows).default(50),
  userId: Id.optional(),
  ...Resume,
});

/** Who is connected just now. */
export const adminConnectionsRouter = router({
  /** The newest connections of the server that answers, and how many fit; with several replicas, each knows its own. */
  live: adminProcedure("connections.view")
    .input(Query.prefault({}))
    .subscription(({ ctx, input: { lastEventId, ...query } }) =>
      livePage(ctx, {
        reading: () => ({
          key: `${adminTopic.connections}:${JSON.stringify(query)}`,
          topics: [adminTopic.connections],
          read: async () => listConnections(ctx.caller.services, query),
        }),
        lastEventId,
      }),
    ),

  /** How many there are, and of how many people. */
  count: adminProcedure("connections.view").query(({ ctx }) => {
    const { connections } = ctx.caller.services;
    const userIds = new Set([...connections].map(({ userId }) => userId));
    userIds.delete(null);
    return { connections: connections.size, users: userIds.size };
  }),
});

function listConnections(
  { connections }: Services,
  { search, limit, userId }: Omit<z.infer<typeof Query>, "lastEventId">,
): LivePage<AdminConnection> {
  const text = search?.trim().toLowerCase();
  const fits = (connection: Connection) =>
    (userId === undefined || connection.userId === userId) && (!text || searched(connection).includes(text));
  const fitting = [...connections].filter(fits);
  const newest = fitting.toSorted((a, b) => b.openedAt - a.openedAt).slice(0, limit);
  return { rows: newest.map(toRow), total: fitting.length };
}

function searched({ username, request }: Connection): string {
  return `${username ?? ""}\n${request.ip}\n${request.userAgent ?? ""}`.toLowerCase();
}

function toRow(connection: Connection): AdminConnection {
  const { id, userId, username, sessionId, request, subscriptions } = connection;
  const since = new Date(performance.timeOrigin + connection.openedAt).toISOString();
  // What may change while it is open; a number that is another one when any of it is.
  const version = createHash("sha256")
    .update(JSON.stringify([username, sessionId, subscriptions]))
    .digest()
    .readUIntBE(0, 6);
  const { ip, userAgent } = request;
  return { id, version, userId, username, sessionId, ip, userAgent, since, subscriptions, transport: "websocket" };
}
