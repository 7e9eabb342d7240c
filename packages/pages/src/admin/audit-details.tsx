import { Fragment, type ReactNode } from "react";

import { type AdminAuditEvent, auditActions } from "@countersign/contract";

import type { Messages } from "../messages.ts";
import { usePages } from "../provider/pages-context.ts";

/** What an event tells beyond who and what, in words, as items of a list. What has no words is shown as it is. */
export function AuditDetails({ event }: { readonly event: AdminAuditEvent }) {
  const { messages } = usePages();
  return selectTold(event.details ?? {}).map(([name, value]) => (
    <li key={name}>{sayDetail({ name, value, action: event.action, messages })}</li>
  ));
}

type Details = NonNullable<AdminAuditEvent["details"]>;

function selectTold(details: Details): readonly (readonly [string, unknown])[] {
  const isChange = "given" in details || "taken" in details;
  return Object.entries(details).filter(([name, value]) => {
    if (name === "groupId") return false;
    // What was given and taken says it shorter than all that there is now.
    if (isChange && (name === "permissions" || name === "groups")) return false;
    return !(Array.isArray(value) && value.length === 0) && value !== null && !(name === "count" && value === 0);
  });
}

interface Detail {
  readonly name: string;
  readonly value: unknown;
  readonly action: string;
  readonly messages: Messages;
}

function sayDetail({ name, value, action, messages }: Detail): ReactNode {
  const texts = messages.adminAuditDetails;
  const names = Array.isArray(value) ? value.map(String) : [];
  if (names.length > 0 && isLabel(name, listLabels)) {
    return (
      <Labelled label={texts[name]}>{joinNames(names.map(lookOf(name, action, messages)), texts.separator)}</Labelled>
    );
  }
  if (typeof value === "string" && isLabel(name, textLabels)) {
    return <Labelled label={texts[name]}>{name === "procedure" ? <Code>{value}</Code> : <bdi>{value}</bdi>}</Labelled>;
  }
  if (typeof value === "string" && name === "session") {
    // Enough of it to find it again; the whole on hover.
    return (
      <Labelled label={texts.session}>
        <Code title={value}>{value.slice(0, 8)}</Code>
      </Labelled>
    );
  }
  if (typeof value === "boolean" && name === "remember") return value ? texts.remembered : texts.notRemembered;
  if (typeof value === "boolean" && name === "value") {
    return <Labelled label={texts.value}>{value ? messages.adminUser.yes : messages.adminUser.no}</Labelled>;
  }
  if (typeof value === "number" && name === "count" && isOwnAction(action)) {
    return action === "admin.group.remove" ? messages.adminGroups.members(value) : texts.sessionsEnded(value);
  }
  return (
    <Code>
      {name}: {typeof value === "string" ? value : JSON.stringify(value)}
    </Code>
  );
}

const listLabels = ["fields", "permissions", "groups", "given", "taken"] as const;
const textLabels = ["group", "newName", "procedure", "provider"] as const;

function isLabel<Name extends string>(name: string, labels: readonly Name[]): name is Name {
  return labels.some((label) => label === name);
}

/** An app's own events count what they like. */
function isOwnAction(action: string): boolean {
  return auditActions.some((own) => own === action);
}

/** How the entries of a list look: fields have names in every language, permissions are code, groups are as people called them. */
function lookOf(name: (typeof listLabels)[number], action: string, { adminAuditFields }: Messages) {
  const fields: Readonly<Record<string, string>> = adminAuditFields;
  const isOfGroups = name === "groups" || action === "admin.user.set_groups";
  return (entry: string): ReactNode => {
    if (name === "fields") return (Object.hasOwn(fields, entry) ? fields[entry] : undefined) ?? <Code>{entry}</Code>;
    return isOfGroups ? <bdi>{entry}</bdi> : <Code>{entry}</Code>;
  };
}

/** The entries with what stands between them in this language. */
function joinNames(names: readonly ReactNode[], separator: string): ReactNode {
  return names.map((name, index) => (
    // Entries may be the same, and never move.
    // oxlint-disable-next-line react/no-array-index-key
    <Fragment key={index}>
      {index > 0 && separator}
      {name}
    </Fragment>
  ));
}

function Labelled({ label, children }: { readonly label: string; readonly children: ReactNode }) {
  return (
    <>
      {label}: {children}
    </>
  );
}

function Code({ title, children }: { readonly title?: string; readonly children: ReactNode }) {
  return (
    <code dir="ltr" title={title}>
      {children}
    </code>
  );
}
