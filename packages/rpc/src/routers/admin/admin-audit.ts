import { z } from "zod";

import { adminTopic, type AuditRecord, toSayableInstant } from "@countersign/auth";
import type { AdminAuditEvent } from "@countersign/contract";

import { liveList } from "../../live/live-list.ts";
import type { Services } from "../../services.ts";
import { router } from "../library-procedures.ts";

import { adminProcedure } from "./admin-call.ts";
import { Id, Page, Resume, Text } from "./admin-input.ts";

const Query = z.strictObject({
  search: Page.search,
  limit: Page.limit,
  /** `nextCursor` of the page before. */
  cursor: Id.optional(),
  action: Text.max(64).optional(),
  outcome: z.enum(["ok", "refused"]).optional(),
  /** Events in which this user acted or was acted upon. */
  userId: Id.optional(),
  actorId: Id.optional(),
  subjectId: Id.optional(),
  from: z.iso.datetime().optional(),
  until: z.iso.datetime().optional(),
});

/** Who did what to whom, the newest first. */
export const adminAuditRouter = router({
  list: adminProcedure("audit.view")
    .input(Query.prefault({}))
    .query(async ({ ctx, input }) => {
      // One more than the page holds tells whether there is a next one.
      const found = await readEvents(ctx.caller.services, { ...input, limit: input.limit + 1 });
      const rows = found.slice(0, input.limit);
      return { rows, nextCursor: found.length > rows.length ? (rows.at(-1)?.id ?? null) : null };
    }),

  /** The same page of the log, live. */
  live: adminProcedure("audit.view")
    .input(Query.extend(Resume).prefault({}))
    .subscription(({ ctx, input: { lastEventId, ...query } }) =>
      liveList(ctx, {
        topic: adminTopic.audit,
        key: `${adminTopic.audit}:${JSON.stringify(query)}`,
        read: () => readEvents(ctx.caller.services, query),
        lastEventId,
      }),
    ),
});

async function readEvents({ auth }: Services, query: z.infer<typeof Query>): Promise<AdminAuditEvent[]> {
  const { cursor, from, until, ...filter } = query;
  const records = await auth.audit.list({
    ...filter,
    after: cursor,
    from: from === undefined ? undefined : new Date(from),
    until: until === undefined ? undefined : new Date(until),
  });
  return records.map(toEvent);
}

/** Field by field: a column added later does not get out by itself. */
function toEvent(record: AuditRecord): AdminAuditEvent {
  return {
    id: record.id,
    version: 1,
    at: toSayableInstant(record.at),
    action: record.action,
    outcome: record.outcome === "ok" ? "ok" : "refused",
    reason: record.reason,
    actorId: record.actorId,
    actorName: record.actorName,
    subjectId: record.subjectId,
    subjectName: record.subjectName,
    impersonatorId: record.impersonatorId,
    sessionId: record.sessionId,
    ip: record.ip,
    userAgent: record.userAgent,
    details: record.details === null ? null : { ...record.details },
  };
}
