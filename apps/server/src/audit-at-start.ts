import type { Logger } from "pino";

import type { MigrationSet } from "@countersign/db";
import {
  auditDevelopment,
  auditServer,
  describeFinding,
  type Environment,
  findAuditFacts,
  type Finding,
  mayPass,
} from "@countersign/ops";

/** In production, what is wrong stops the start. Nothing has been changed then: no file made, no migration applied. */
export class RefusedStart extends Error {
  override readonly name = "RefusedStart";
  /** It is worth trying again with the settings as they are. */
  readonly mayPass: boolean;

  constructor(errors: readonly Finding[]) {
    super(errors.map(describeFinding).join("\n"));
    this.mayPass = mayPass(errors);
  }
}

/**
 * Looks at how this server was set up before it begins, and logs what it finds.
 *
 * @throws RefusedStart in production, with a line for each error
 */
export async function auditAtStart(
  environment: Environment,
  options: { readonly migrations: readonly MigrationSet[]; readonly log: Pick<Logger, "info" | "warn"> },
): Promise<void> {
  const { log } = options;
  if (!environment.isProduction) {
    for (const finding of auditDevelopment({ environment, facts: { database: null, bus: null, amongPages: [] } }))
      tell(log, finding);
    return;
  }
  const facts = await findAuditFacts(environment, options);
  const { findings, ignored } = auditServer({ environment, facts });
  for (const finding of ignored)
    log.warn({ finding: finding.id }, `Accepted by AUDIT_IGNORE: ${describeFinding(finding)}`);
  const errors = findings.filter(({ severity }) => severity === "error");
  for (const finding of findings) if (finding.severity !== "error") tell(log, finding);
  if (errors.length > 0) throw new RefusedStart(errors);
}

function tell(log: Pick<Logger, "info" | "warn">, finding: Finding): void {
  const facts = { finding: finding.id };
  if (finding.severity === "notice") log.info(facts, describeFinding(finding));
  else log.warn(facts, describeFinding(finding));
}
