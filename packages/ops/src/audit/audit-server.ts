import type { WrongEnvironment } from "../environment/environment-fault.ts";

import { accountChecks } from "./account-checks.ts";
import type { AuditInput, Check } from "./check.ts";
import { databaseChecks } from "./database-checks.ts";
import type { Finding } from "./finding.ts";
import { limitChecks } from "./limit-checks.ts";
import { proxyChecks } from "./proxy-checks.ts";
import { secretChecks } from "./secret-checks.ts";
import { siteChecks } from "./site-checks.ts";

/** Everything the audit looks for. */
export const auditChecks: readonly Check[] = [
  ...siteChecks,
  ...proxyChecks,
  ...secretChecks,
  ...databaseChecks,
  ...accountChecks,
  ...limitChecks,
];

export interface AuditReport {
  /** The gravest first. */
  readonly findings: readonly Finding[];
  /** What AUDIT_IGNORE accepts. */
  readonly ignored: readonly Finding[];
}

/** Judges a server as one in production. Asks nobody: what it goes by is given. */
export function auditServer(input: AuditInput): AuditReport {
  const { auditIgnore } = input.environment;
  const isIgnored = ({ id }: { readonly id: string }) => auditIgnore.includes(id) && !graveIds.has(id);
  const all = auditChecks.flatMap((check) => findingsOf(check, input));
  return {
    findings: inOrder([...all.filter((finding) => !isIgnored(finding)), ...judgeIgnored(auditIgnore)]),
    ignored: inOrder(all.filter(isIgnored)),
  };
}

/** What is told at the start of a server that is not in production: slips, and what is wrong there as well. */
export function auditDevelopment(input: AuditInput): readonly Finding[] {
  return auditChecks.filter(({ isEverywhere }) => isEverywhere).flatMap((check) => findingsOf(check, input));
}

/** Variables that are wrong, as findings: what a server refuses to start with anyhow. */
export function findingsOfWrong({ faults }: WrongEnvironment): readonly Finding[] {
  return faults.map(({ variable, message }) => ({
    id: "variable-wrong",
    severity: "error",
    setting: variable,
    what: "It is wrong, and no server starts with it.",
    cure: message,
  }));
}

/**
 * May time or somebody else mend all of these, with the settings as they are? Whoever starts servers is to try again then, and
 * not where a setting is wrong.
 */
export function mayPass(findings: readonly Finding[]): boolean {
  return findings.every(({ id }) => passingIds.has(id));
}

const passingIds: ReadonlySet<string> = new Set(auditChecks.filter((check) => check.mayPass).map(({ id }) => id));

function findingsOf(check: Check, input: AuditInput): Finding[] {
  const { id, severity } = check;
  const found = check.find(input);
  const each = found === null ? [] : typeof found === "string" ? [found] : found;
  return each.map((one) => {
    const named = typeof one === "string" ? { setting: check.setting, what: one } : one;
    return {
      id,
      severity,
      setting: named.setting,
      what: named.what,
      cure: ("cure" in named && named.cure) || check.cure,
    };
  });
}

/** An id that is never found hides nothing, and whoever wrote it thinks that it does. */
function judgeIgnored(ids: readonly string[]): Finding[] {
  const known = new Set(auditChecks.map(({ id }) => id));
  return ids
    .filter((id) => !known.has(id) || graveIds.has(id))
    .map((id) => ({
      id: "ignore-in-vain",
      severity: "warning",
      setting: "AUDIT_IGNORE",
      what: graveIds.has(id) ? `${id} cannot be accepted.` : `There is no finding "${id}".`,
      cure: "Leave it out.",
    }));
}

const graveIds: ReadonlySet<string> = new Set(auditChecks.filter(({ isGrave }) => isGrave).map(({ id }) => id));

function inOrder(findings: readonly Finding[]): readonly Finding[] {
  const rank = { error: 0, warning: 1, notice: 2 };
  return findings.toSorted((one, other) => rank[one.severity] - rank[other.severity]);
}
