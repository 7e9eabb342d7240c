import type { Environment } from "../environment/read-environment.ts";

import type { AuditFacts } from "./audit-facts.ts";
import type { Severity } from "./finding.ts";

/** What the audit looks at: what a server was told, and what was found out about what it works with. */
export interface AuditInput {
  readonly environment: Environment;
  readonly facts: AuditFacts;
}

/** One thing the audit looks for. */
export interface Check {
  readonly id: string;
  readonly severity: Severity;
  /** What it looks for, in one sentence: for the documentation. */
  readonly about: string;
  /** The variable to change; null where it is none. */
  readonly setting: string | null;
  /** What is the matter: nothing, one thing or several. */
  find(input: AuditInput): string | null | readonly (string | Named)[];
  readonly cure: string;
  /** Cannot be accepted by AUDIT_IGNORE: nobody's sessions are safe then. */
  readonly isGrave?: true;
  /** Time or somebody else may mend it without a change of this server's settings: it is to be started again. */
  readonly mayPass?: true;
  /** Is told of development servers too. */
  readonly isEverywhere?: true;
}

/** Where each thing that is found has a variable of its own. */
export interface Named {
  readonly setting: string;
  readonly what: string;
  readonly cure?: string;
}
