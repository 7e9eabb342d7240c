import type { Bus } from "@countersign/bus";
import type { Settings } from "@countersign/contract";
import type { Database } from "@countersign/db";

import type { AuditActor } from "../audit/audit-event.ts";
import type { AuditLog } from "../audit/audit-log.ts";
import type { Clock } from "../clock.ts";
import type { KnownProviders } from "../oidc/is-way-in.ts";
import type { PasswordRule } from "../password/password-rule.ts";
import type { Passwords } from "../password/password.ts";
import type { SessionEngine } from "../session/session-engine.ts";

/** What an operator's commands work with. */
export interface OperatorContext {
  readonly db: Database;
  readonly bus: Bus;
  readonly clock: Clock;
  readonly settings: Settings;
  readonly sessions: SessionEngine;
  readonly passwords: Passwords;
  readonly passwordRule: PasswordRule;
  readonly audit: AuditLog;
  readonly providers: KnownProviders;
  readonly actor: AuditActor;
}
