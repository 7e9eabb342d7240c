import {
  type AuditReport,
  auditServer,
  describeFinding,
  type Finding,
  findingsOfWrong,
  WrongEnvironment,
} from "@countersign/ops";

import type { Answer } from "../command.ts";
import { exitCode } from "../exit-code.ts";
import { countOf } from "../report/count-of.ts";
import { toPlainText } from "../report/plain-text.ts";

import { readServer, type ServerSource } from "./read-server.ts";

/** The audit of a server with this environment. */
export async function tellFindings(context: ServerSource): Promise<Answer> {
  const { findings, ignored } = await findAll(context);
  const has = (severity: Finding["severity"]) => findings.some((finding) => finding.severity === severity);
  return {
    text: [
      ...findings.map((finding) => `${finding.severity.padEnd(7)}  ${toPlainText(describeFinding(finding))}`),
      ...ignored.map((finding) => `accepted ${toPlainText(describeFinding(finding))}`),
      summarize(findings),
    ].join("\n"),
    json: { findings, ignored },
    exitCode: has("error") ? exitCode.wrong : has("warning") ? exitCode.doubtful : exitCode.done,
  };
}

async function findAll(context: ServerSource): Promise<AuditReport> {
  try {
    const { knowsApp, ...input } = await readServer(context);
    const report = auditServer(input);
    return knowsApp ? report : { ...report, findings: [...report.findings, appIsUnknown] };
  } catch (error) {
    if (error instanceof WrongEnvironment) return { findings: findingsOfWrong(error), ignored: [] };
    throw error;
  }
}

const appIsUnknown: Finding = {
  id: "app-unknown",
  severity: "notice",
  setting: null,
  what: "The application's migrations were not looked at: they are not in this folder.",
  cure: "Run this where packages/api is, to know whether they are applied.",
};

function summarize(findings: readonly Finding[]): string {
  const count = (severity: Finding["severity"]) => findings.filter((finding) => finding.severity === severity).length;
  if (findings.length === 0) return "Nothing was found.";
  return `${countOf(count("error"), "error")}, ${countOf(count("warning"), "warning")}, ${countOf(count("notice"), "notice")}.`;
}
