import type { AdminAuditListQuery } from "@countersign/client";
import { type AdminAuditEvent, auditActions } from "@countersign/contract";

import { describeDevice } from "../account/describe-device.ts";
import { Badge } from "../primitives/badge.tsx";
import { Link } from "../primitives/link.tsx";
import { TextInput } from "../primitives/text-input.tsx";
import { usePages } from "../provider/pages-context.ts";

import { adminPath, type AdminSearch, readChoice, readId, readParameter } from "./admin-address.ts";
import { AdminFrame } from "./admin-frame.tsx";
import { AuditDetails } from "./audit-details.tsx";
import { ExactTime } from "./exact-time.tsx";
import { Filter } from "./filter.tsx";
import { ListBody } from "./list-body.tsx";
import { ListControls } from "./list-controls.tsx";
import { OneUserFilter } from "./one-user-filter.tsx";
import { useAdminCalls } from "./use-admin-calls.ts";
import { useAdminList } from "./use-admin-list.ts";
import { useListAddress } from "./use-list-address.ts";
import { UserLink } from "./user-link.tsx";
import type { AdminListPageProps } from "./users-page.tsx";

/** Who did what to whom, when, and from where; the newest first, as it happens. */
export function AuditPage({ search }: AdminListPageProps) {
  const { messages, locale } = usePages();
  const texts = messages.adminAudit;
  const { audit } = useAdminCalls();
  const list = useAdminList({ name: "audit", query: readAuditQuery(search), live: audit.live, list: audit.list });
  const address = useListAddress("audit", search, ["search", "action", "outcome", "user", "from", "until"]);
  const action = readAction(search);
  // An app's own kinds of events have no text here.
  const actions = new Set([
    ...auditActions,
    ...(action === null ? [] : [action]),
    ...list.rows.map((event) => event.action),
  ]);

  return (
    <AdminFrame title={texts.title} section="audit">
      <ListControls
        search={readParameter(search, "search")}
        onSearch={(text) => address.change({ search: text })}
        placeholder={texts.searchHint}
      >
        <Filter
          label={texts.action}
          value={action}
          onChange={(value) => address.change({ action: value })}
          options={Array.from(actions, (name): [string, string] => [
            name,
            textOf(messages.adminAuditActions, name),
          ]).toSorted(([, one], [, other]) => one.localeCompare(other, locale))}
        />
        <Filter
          label={texts.outcome}
          value={readChoice(search, "outcome", outcomes)}
          onChange={(outcome) => address.change({ outcome })}
          options={outcomes.map((outcome) => [outcome, texts[outcome]])}
        />
        <OneUserFilter search={search} address={address} />
        {(["from", "until"] as const).map((name) => (
          <label className="cs-filter" key={name}>
            <span className="cs-filter__label">{texts[name]}</span>
            <TextInput
              type="date"
              value={readDay(search, name) ?? ""}
              onChange={(event) => address.change({ [name]: event.currentTarget.value || null })}
            />
          </label>
        ))}
      </ListControls>
      <ListBody label={texts.title} list={list} pages={{ address, cursor: readId(search, "cursor") }}>
        {(event) => <AuditRow event={event} />}
      </ListBody>
    </AdminFrame>
  );
}

const outcomes = ["ok", "refused"] as const;

function readAuditQuery(search: AdminSearch): AdminAuditListQuery {
  const [from, until] = [readDay(search, "from"), readDay(search, "until")];
  return {
    search: readParameter(search, "search")?.slice(0, 100),
    cursor: readId(search, "cursor") ?? undefined,
    action: readAction(search) ?? undefined,
    outcome: readChoice(search, "outcome", outcomes) ?? undefined,
    userId: readId(search, "user") ?? undefined,
    from: from === null ? undefined : startOfDay(from).toISOString(),
    // The day that is named is part of it.
    until: until === null ? undefined : startOfDay(until, 1).toISOString(),
  };
}

function readAction(search: AdminSearch): string | null {
  return readParameter(search, "action")?.slice(0, 64) ?? null;
}

/** A day as `2026-06-15`; null for what is none. */
function readDay(search: AdminSearch, name: string): string | null {
  const day = readParameter(search, name);
  if (day === null || !/^\d{4}-\d{2}-\d{2}$/.test(day)) return null;
  return Number.isNaN(startOfDay(day).getTime()) ? null : day;
}

/** Midnight in the reader's time zone, `later` days after. */
function startOfDay(day: string, later = 0): Date {
  const start = new Date(`${day}T00:00:00`);
  start.setDate(start.getDate() + later);
  return start;
}

function AuditRow({ event }: { readonly event: AdminAuditEvent }) {
  const { messages, routes } = usePages();
  const texts = messages.adminAudit;

  return (
    <div className="cs-row__main">
      <span className="cs-row__title">
        <Link to={adminPath(routes, "audit", { action: event.action })} title={event.action}>
          {textOf(messages.adminAuditActions, event.action)}
        </Link>
        {event.outcome === "refused" && <Badge tone="danger">{texts.refused}</Badge>}
        {event.reason !== null && (
          <span className="cs-muted" title={event.reason}>
            {textOf(messages.adminAuditReasons, event.reason)}
          </span>
        )}
      </span>
      <ul className="cs-row__facts">
        {event.at !== null && (
          <li>
            <ExactTime at={event.at} />
          </li>
        )}
        <li>
          {texts.by} <UserLink id={event.actorId} name={event.actorName ?? texts.nobody} />
        </li>
        {event.subjectName !== null && (
          <li>
            {texts.about} <UserLink id={event.subjectId} name={event.subjectName} />
          </li>
        )}
        {event.ip !== null && (
          <li>
            <bdi>{event.ip}</bdi>
          </li>
        )}
        {event.userAgent !== null && (
          <li title={event.userAgent}>
            <bdi>{describeDevice(event.userAgent, messages.device).name}</bdi>
          </li>
        )}
        <AuditDetails event={event} />
      </ul>
    </div>
  );
}

/** The text of a code, or the code itself. */
function textOf(texts: Readonly<Record<string, string>>, code: string): string {
  return (Object.hasOwn(texts, code) ? texts[code] : undefined) ?? code;
}
