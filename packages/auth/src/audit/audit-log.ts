import type { Transaction } from "@countersign/db";

import type { AuditEvent, AuditRecord } from "./audit-event.ts";

export interface AuditFilter {
  readonly action?: string | undefined;
  readonly outcome?: string | undefined;
  readonly actorId?: string | undefined;
  readonly subjectId?: string | undefined;
  /** Events in which this user acted or was acted upon. */
  readonly userId?: string | undefined;
  /** Part of the name of who acted or was acted upon, of the address, or of the action. */
  readonly search?: string | undefined;
  readonly from?: Date | undefined;
  readonly until?: Date | undefined;
  /** The id of the last event of the page before. */
  readonly after?: string | undefined;
  readonly limit: number;
}

/** At whom an attempt was aimed that was held back before it was looked at. */
export interface AuditAim {
  /** What was typed, as a digest: at times it is a password. Events about different ones are told apart by it. */
  readonly key: string;
  /** Whose it is. Asked later, for the events that are kept only. */
  readonly findSubject: () => Promise<NonNullable<AuditEvent["subject"]>>;
}

/** Who did what to whom, and how it ended. */
export interface AuditLog {
  /** Writes the event in the transaction that makes the change: both are kept, or neither. */
  recordIn(tx: Transaction, event: AuditEvent): Promise<void>;
  /**
   * Writes an event that changed nothing (a refusal), soon and together with others. Does not wait and does not throw; what
   * the database refuses is told to `onError`. Of refusals that cost nothing to bring about, only some are kept.
   */
  record(event: AuditEvent, aim?: AuditAim): void;
  /** The newest first. */
  list(filter: AuditFilter): Promise<readonly AuditRecord[]>;
  /** Removes what is older than `AUDIT_DAYS`. Returns how many. */
  prune(): Promise<number>;
  /** Resolves when everything handed to `record` so far has been written or given up. */
  flush(): Promise<void>;
}
