import { newId } from "../new-id.ts";

import type { AuditDetails, AuditEvent, AuditRecord } from "./audit-event.ts";

const longestText = 256;
const longestList = 100;

/** The keys that may be kept. The type says the same, but a spread object gets past a type. */
const keptDetails: Record<keyof AuditDetails, true> = {
  fields: true,
  permissions: true,
  groups: true,
  given: true,
  taken: true,
  group: true,
  groupId: true,
  newName: true,
  value: true,
  count: true,
  session: true,
  procedure: true,
  provider: true,
  remember: true,
};

/** The event as it is kept: texts of a sane length, and of the details only what is named. */
export function toRecord(event: AuditEvent, now: number): AuditRecord {
  const { actor, subject } = event;
  return {
    id: newId(),
    at: new Date(now),
    action: event.action,
    outcome: event.outcome,
    reason: shorten(event.reason),
    actorId: shorten(actor.id),
    actorName: shorten(actor.name),
    subjectId: shorten(subject?.id),
    subjectName: shorten(subject?.name),
    impersonatorId: shorten(actor.impersonatorId),
    sessionId: shorten(actor.sessionId),
    ip: shorten(actor.ip),
    userAgent: shorten(actor.userAgent),
    details: event.details ? redact(event.details) : null,
  };
}

function redact(details: AuditDetails): AuditDetails {
  const kept = Object.entries(details).filter(([key, value]) => Object.hasOwn(keptDetails, key) && value !== undefined);
  return Object.fromEntries(kept.map(([key, value]) => [key, bound(value)]));
}

function bound(value: unknown): unknown {
  if (typeof value === "string") return shorten(value);
  if (Array.isArray(value)) return value.slice(0, longestList).map((entry) => shorten(String(entry)));
  return typeof value === "number" || typeof value === "boolean" ? value : null;
}

/** Control characters would forge lines where the log is printed; U+0000 and lone surrogates cannot be stored. */
function shorten(text: string | null | undefined): string | null {
  if (text === null || text === undefined) return null;
  return text
    .slice(0, longestText)
    .toWellFormed()
    .replaceAll(/\p{Cc}/gu, "\u{fffd}");
}
