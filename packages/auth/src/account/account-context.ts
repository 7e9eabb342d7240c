import type { Bus } from "@countersign/bus";
import type { Settings } from "@countersign/contract";
import type { Database } from "@countersign/db";

import type { AuditLog } from "../audit/audit-log.ts";
import type { Clock } from "../clock.ts";
import type { MailDesk } from "../mail/mail-desk.ts";
import type { PasswordRule } from "../password/password-rule.ts";
import type { Passwords } from "../password/password.ts";
import type { SessionData } from "../session-data/session-data.ts";
import type { Principal } from "../session/principal.ts";
import type { SessionEngine, SessionOrigin } from "../session/session-engine.ts";
import type { Throttle } from "../throttle/throttle.ts";

/** What the commands on accounts work with. */
export interface AccountContext {
  readonly db: Database;
  readonly bus: Bus;
  readonly clock: Clock;
  readonly settings: Settings;
  readonly sessions: SessionEngine;
  readonly sessionData: SessionData;
  readonly passwords: Passwords;
  readonly passwordRule: PasswordRule;
  readonly throttle: Throttle;
  readonly audit: AuditLog;
  readonly desk: MailDesk;
  /** What people call the identity providers, by name. */
  readonly providerLabels: ReadonlyMap<string, string>;
  /** Hears of failures that no caller waits for. */
  readonly onError: (error: unknown) => void;
}

/** Where a sign-in comes from, and the session the browser came with. */
export type SignInOrigin = SessionOrigin & {
  readonly presented: Principal | null;
  /** The hash of that session's token. */
  readonly presentedTokenHash?: string | null;
  /** The hash of the visitor's token, when something is kept for them. */
  readonly visitorHash?: string | null;
  /** The browser's language, for mails to people who chose none. */
  readonly locale?: string | null;
};

/** Where a call of a signed-in user comes from, and on which session and token it stands. */
export type SignedInOrigin = SessionOrigin & { readonly principal: Principal; readonly tokenHash: string };
