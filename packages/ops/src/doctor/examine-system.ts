import type { Operator } from "@countersign/auth";

import { auditServer } from "../audit/audit-server.ts";
import type { AuditInput } from "../audit/check.ts";

import {
  examineClock,
  examineHeaders,
  examineHost,
  examinePlainHttp,
  examineReach,
  examineReadiness,
} from "./examine-answers.ts";
import { examineSession } from "./examine-session.ts";
import { examineSockets } from "./examine-sockets.ts";
import { askHttp } from "./http-probe.ts";
import { skipped, type Symptom, well } from "./symptom.ts";

export interface Examination {
  /** Where browsers reach the system: scheme, host and port. */
  readonly site: URL;
  /** How long a silent socket is held. */
  readonly idleSeconds: number;
  /** What the system was told and what was found about its database, where that is known here: see `findAuditFacts`. */
  readonly known: AuditInput | null;
  /** To sign in as an account made for it; null leaves that out. */
  readonly operator: Operator | null;
  /** This machine's clock, in milliseconds since the epoch. */
  readonly now?: () => number;
}

/** Looks at a running system as a browser does, and says what is wrong with it. */
export async function examineSystem({
  site,
  idleSeconds,
  known,
  operator,
  now = Date.now,
}: Examination): Promise<readonly Symptom[]> {
  const ask = (path: string, from: URL = site) => askHttp(new URL(path, from), { now });
  const behind = known === null ? [] : examineBehind(known);
  const health = await ask("/healthz");
  const reach = examineReach(site, health);
  if (!("status" in health) || reach.status !== "ok") return [reach, ...behind];

  return [
    reach,
    examineReadiness(await ask("/readyz")),
    examineHost(site, await ask("/")),
    ...examineHeaders(site, health),
    ...(await examineUnencrypted(site, ask)),
    examineClock(health),
    ...(await examineSockets(site, idleSeconds)),
    ...(operator === null
      ? [skipped("sign-in", "Not tried. --session signs in as an account made for it.")]
      : await examineSession(site, { operator, now })),
    ...behind,
  ];
}

/** Only where the site has the usual port is it known where its plain http would be. */
async function examineUnencrypted(
  site: URL,
  ask: (path: string, from: URL) => ReturnType<typeof askHttp>,
): Promise<readonly Symptom[]> {
  if (site.protocol !== "https:" || site.port !== "") return [];
  return [examinePlainHttp(await ask("/", new URL(`http://${site.hostname}`)))];
}

/** What browsers do not see. */
const behindIds: ReadonlySet<string> = new Set([
  "database-unreachable",
  "migration-misfit",
  "migration-missing",
  "migration-pending",
  "clock-apart",
  "bus-unreachable",
  "bus-memory-shared",
]);

function examineBehind(known: AuditInput): readonly Symptom[] {
  const found = auditServer(known)
    .findings.filter(({ id }) => behindIds.has(id))
    .map(({ id, severity, what, cure }): Symptom => ({
      id,
      status: severity === "error" ? "error" : "warning",
      what,
      cure,
    }));
  return found.length > 0 ? found : [well("behind", "Database and bus are as they should be.")];
}
