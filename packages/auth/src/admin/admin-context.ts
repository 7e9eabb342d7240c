import type { Bus } from "@countersign/bus";
import type { Settings } from "@countersign/contract";
import type { Database } from "@countersign/db";

import type { AuditLog } from "../audit/audit-log.ts";
import type { Clock } from "../clock.ts";
import type { MailDesk } from "../mail/mail-desk.ts";
import type { KnownProviders } from "../oidc/is-way-in.ts";
import type { PasswordRule } from "../password/password-rule.ts";
import type { Passwords } from "../password/password.ts";
import type { SessionEngine } from "../session/session-engine.ts";
import type { Links } from "../token/links.ts";

/** What the admin's lists and changes work with. */
export interface AdminContext {
  readonly db: Database;
  readonly bus: Bus;
  readonly clock: Clock;
  readonly settings: Settings;
  readonly sessions: SessionEngine;
  readonly audit: AuditLog;
  readonly passwords: Passwords;
  readonly passwordRule: PasswordRule;
  readonly desk: MailDesk;
  readonly links: Pick<Links, "sendPasswordReset">;
  readonly providerLabels: ReadonlyMap<string, string>;
  /** By name. */
  readonly providers: KnownProviders;
  /** All that are declared. */
  readonly permissions: ReadonlySet<string>;
}
