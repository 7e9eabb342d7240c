import type { AuditAction } from "@countersign/contract";

/** Who acts. A name without an id is one that has no account: the command line, or a sign-in under a name nobody has. */
export interface AuditActor {
  readonly id: string | null;
  readonly name: string | null;
  readonly sessionId?: string | null;
  /** Who acts behind the actor while impersonating. */
  readonly impersonatorId?: string | null;
  readonly ip?: string | null;
  readonly userAgent?: string | null;
}

/**
 * What an event may tell beyond who and what. The keys are an allow-list, kept again when it is written: whatever is not
 * named here is left out, so that no password, token or mailed link can get into the log by way of a spread object.
 */
export interface AuditDetails {
  /** The names of the fields that changed, never their values. */
  readonly fields?: readonly string[];
  readonly permissions?: readonly string[];
  readonly groups?: readonly string[];
  /** Of a set: what it has now and had not before. */
  readonly given?: readonly string[];
  /** What it had before and has no longer. */
  readonly taken?: readonly string[];
  /** The name of a group, as it was before. */
  readonly group?: string;
  readonly groupId?: string;
  /** The name it got, or was to get. */
  readonly newName?: string;
  readonly value?: boolean;
  /** How many, as of sessions that were ended. */
  readonly count?: number;
  /** The handle of the session that was ended. It opens nothing. */
  readonly session?: string;
  /** The path of the procedure that was called. */
  readonly procedure?: string;
  readonly provider?: string;
  readonly remember?: boolean;
}

/** An event as it is handed in. */
export interface AuditEvent {
  readonly action: AuditAction;
  readonly outcome: "ok" | "refused";
  /** Why it was refused, in one word: `wrong_password`, `limited`, `unverified` … */
  readonly reason?: string;
  readonly actor: AuditActor;
  /** Whom it concerns, where that is not the actor. */
  readonly subject?: { readonly id: string | null; readonly name: string | null };
  readonly details?: AuditDetails;
}

/** An event as it is kept, and as `onAudit` hears of it. */
export interface AuditRecord {
  readonly id: string;
  readonly at: Date;
  readonly action: string;
  readonly outcome: string;
  readonly reason: string | null;
  readonly actorId: string | null;
  readonly actorName: string | null;
  readonly subjectId: string | null;
  readonly subjectName: string | null;
  readonly impersonatorId: string | null;
  readonly sessionId: string | null;
  readonly ip: string | null;
  readonly userAgent: string | null;
  readonly details: AuditDetails | null;
}
