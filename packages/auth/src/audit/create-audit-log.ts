import { and, desc, eq, gte, lt, or } from "drizzle-orm";

import type { Bus } from "@countersign/bus";
import type { Settings } from "@countersign/contract";
import { type Database, withoutPatience } from "@countersign/db";

import { adminTopic } from "../admin/admin-topic.ts";
import { contains } from "../admin/contains.ts";
import type { Clock } from "../clock.ts";
import { addressKey } from "../throttle/address-key.ts";

import { createAllowance } from "./allowance.ts";
import type { AuditEvent, AuditRecord } from "./audit-event.ts";
import type { AuditAim, AuditFilter, AuditLog } from "./audit-log.ts";
import { createSparse } from "./sparse.ts";
import { toRecord } from "./to-record.ts";

interface AuditOptions {
  readonly db: Database;
  readonly bus: Bus;
  readonly clock: Clock;
  readonly settings: Pick<Settings, "AUDIT_DAYS">;
  /** Hears of every event once it is kept. What it throws goes to `onError` and harms nobody. */
  readonly onAudit: (record: AuditRecord) => void;
  readonly onError: (error: unknown) => void;
}

/** Events that wait to be written together. */
const gatherMs = 50;
/** Beyond this many, events of a flood are given up: they are refusals, and the log must not end the process. */
const mostWaiting = 5000;
/** Of refusals that cost nothing to bring about, one of a kind in so long is kept. */
const cheapEveryMs = 60_000;
/** Of those that one address aims at different people, so many. */
const mostAims = 10;
const rowsPerInsert = 200;
const dayMs = 86_400_000;

interface Waiting {
  readonly record: AuditRecord;
  readonly aim: AuditAim | undefined;
}

export function createAuditLog({ db, bus, clock, settings, onAudit, onError }: AuditOptions): AuditLog {
  const { auditEvents } = db.tables;
  const isNews = createSparse(clock, cheapEveryMs);
  const hasRoom = createAllowance(clock, { most: mostAims, periodMs: cheapEveryMs });
  let waiting: Waiting[] = [];
  let lost = 0;
  let writing: Promise<void> | null = null;

  async function write(): Promise<void> {
    const taken = waiting;
    waiting = [];
    const records: AuditRecord[] = [];
    for (const { record, aim } of taken) records.push(aim ? await withSubject(record, aim) : record);
    for (let from = 0; from < records.length; from += rowsPerInsert) {
      const rows = records.slice(from, from + rowsPerInsert);
      try {
        await db.insert(auditEvents).values(rows);
        rows.forEach(tell);
        bus.publish({ kind: "topic", topic: adminTopic.audit });
      } catch (error) {
        onError(new Error(`${rows.length} events could not be written to the audit log.`, { cause: error }));
      }
    }
    if (lost > 0) onError(new Error(`${lost} events were left out of the audit log: too many at once.`));
    lost = 0;
  }

  async function writeAll(): Promise<void> {
    while (waiting.length > 0) await write();
    writing = null;
  }

  function tell(record: AuditRecord): void {
    try {
      onAudit(record);
    } catch (error) {
      onError(error);
    }
  }

  async function withSubject(record: AuditRecord, aim: AuditAim): Promise<AuditRecord> {
    try {
      const { id, name } = await aim.findSubject();
      return { ...record, subjectId: id, subjectName: name };
    } catch (error) {
      onError(error);
      return record;
    }
  }

  function keep(event: AuditEvent, aim?: AuditAim): void {
    if (waiting.length < mostWaiting) waiting.push({ record: toRecord(event, clock.now()), aim });
    else lost += 1;
  }

  return {
    async recordIn(tx, event) {
      const record = toRecord(event, clock.now());
      await tx.insert(tx.tables.auditEvents).values(record);
      tx.afterCommit(() => {
        tell(record);
        bus.publish({ kind: "topic", topic: adminTopic.audit });
      });
    },

    record(event, aim) {
      if (isCheap(event)) {
        // A flood that is held back by a limit or a rule is one event a minute, not one per attempt; one that is aimed at many
        // is some, so that it can be seen at whom.
        const kind = kindOf(event);
        if (!isNews(aim ? `${kind} ${aim.key}` : kind) || (aim && !hasRoom(kind))) return;
      }
      keep(event, aim);
      writing ??= new Promise<void>((resolve) => setTimeout(resolve, gatherMs)).then(() => withoutPatience(writeAll));
    },

    async list(filter) {
      const rows = await db
        .select()
        .from(auditEvents)
        .where(conditions(filter))
        .orderBy(desc(auditEvents.id))
        .limit(filter.limit);
      return rows as AuditRecord[];
    },

    async prune() {
      const removed = await db
        .delete(auditEvents)
        .where(lt(auditEvents.at, new Date(clock.now() - settings.AUDIT_DAYS * dayMs)))
        .returning({ id: auditEvents.id });
      return removed.length;
    },

    async flush() {
      await writing;
    },
  };

  function conditions({ action, outcome, actorId, subjectId, userId, search, from, until, after }: AuditFilter) {
    return and(
      action === undefined ? undefined : eq(auditEvents.action, action),
      outcome === undefined ? undefined : eq(auditEvents.outcome, outcome),
      actorId === undefined ? undefined : eq(auditEvents.actorId, actorId),
      subjectId === undefined ? undefined : eq(auditEvents.subjectId, subjectId),
      userId === undefined ? undefined : or(eq(auditEvents.actorId, userId), eq(auditEvents.subjectId, userId)),
      search
        ? contains(
            search,
            {
              texts: [auditEvents.actorName, auditEvents.subjectName],
              keys: [auditEvents.action, auditEvents.ip],
            },
            db.dialect,
          )
        : undefined,
      from === undefined ? undefined : gte(auditEvents.at, from),
      until === undefined ? undefined : lt(auditEvents.at, until),
      // Ids carry the time, so the order of ids is the order of events.
      after === undefined ? undefined : lt(auditEvents.id, after),
    );
  }
}

/** What a limit or a rule refused, and what anybody can come with: a state, or a logout token, that is none. */
const cheapReasons = new Set(["limited", "forbidden", "unknown_visit", "invalid_token"]);

function isCheap({ reason }: AuditEvent): boolean {
  return cheapReasons.has(reason ?? "");
}

/** Of a limit by address: whoever sits in an IPv6 /64 is one, as for the limits themselves. Of a rule by user and procedure. */
function kindOf({ action, actor, details, reason }: AuditEvent): string {
  const where = reason === "forbidden" ? (details?.procedure ?? "") : addressKey(actor.ip);
  return `${action} ${actor.id ?? ""} ${where}`;
}
