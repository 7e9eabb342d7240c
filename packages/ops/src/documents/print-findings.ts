import { auditChecks } from "../audit/audit-server.ts";

import { formatTable } from "./format-table.ts";

/** The page of all findings, in Markdown: `docs/findings.md`. */
export function printFindings(): string {
  const rows = auditChecks.map(({ id, severity, isGrave, setting, about }) => [
    `\`${id}\``,
    isGrave ? `**${severity}**` : severity,
    about,
    setting === null ? "" : `\`${setting}\``,
  ]);
  return `${introduction}\n\n${formatTable(["id", "severity", "what", "variable"], rows)}`;
}

const introduction = `# Findings of the audit

What [the audit](guides/audit-and-doctor.md) looks for, at every start of a server and by \`countersign audit\`. In production an **error** refuses to start, a **warning** is to be mended, a **notice** is to be known. \`AUDIT_IGNORE=id,id\` accepts findings on purpose, but for the errors in bold type.

This page is written by \`pnpm settings\` from the checks themselves.`;
