import type { Bus } from "@countersign/bus";
import type { AccountProfile, AfterRegister, Settings } from "@countersign/contract";
import type { Database, Transaction } from "@countersign/db";

import type { SignedInOrigin, SignInOrigin } from "./account/account-context.ts";
import type { Admin } from "./admin/admin.ts";
import type { AuditRecord } from "./audit/audit-event.ts";
import type { AuditLog } from "./audit/audit-log.ts";
import type { Clock } from "./clock.ts";
import type { MailNotices } from "./mail/mail-notices.ts";
import type { Mailer } from "./mail/mailer.ts";
import type { MailCounts } from "./mail/outbox.ts";
import type { Oidc } from "./oidc/oidc.ts";
import type { OidcOptions } from "./oidc/provider.ts";
import type { HashCounts } from "./password/hash-queue.ts";
import type { PasswordValidator } from "./password/password-rule.ts";
import type { SessionData } from "./session-data/session-data.ts";
import type { Principal } from "./session/principal.ts";
import type { NewSession, SessionCounts, SessionEngine, SessionOrigin } from "./session/session-engine.ts";
import type { AttemptStore } from "./throttle/attempt-store.ts";
import type { ThrottleRefusals } from "./throttle/count-refusals.ts";
import type { Throttle } from "./throttle/throttle.ts";
import type { Links } from "./token/links.ts";

export interface AuthOptions {
  readonly db: Database;
  readonly bus: Bus;
  readonly settings: Settings;
  /** The names `definePermissions` declared, beside the library's own: granting any other is refused. */
  readonly permissions: readonly string[];
  /** Rules for new passwords beside those of the library. */
  readonly passwordValidators?: readonly PasswordValidator[];
  readonly clock?: Clock;
  /** Where attempts at signing in and the like are counted, shared by all replicas. Default: the database. */
  readonly attempts?: AttemptStore;
  /** How mails leave. Default: they are left out. */
  readonly mailer?: Mailer;
  /** Where browsers reach the site: what links in mails begin with, whatever a request says. Needed with a mailer and with providers. */
  readonly publicUrl?: string;
  /** Who else people may sign in with. Default: nobody. */
  readonly oidc?: OidcOptions;
  /** Hears of failures that no caller waits for (a touch that could not be written). */
  readonly onError?: (error: unknown) => void;
  /** Hears of what is no failure and yet worth knowing (mails that a limit leaves out): seldom, whatever is tried. */
  readonly onWarning?: (message: string) => void;
  /** Hears of every event of the audit log once it is kept. */
  readonly onAudit?: (record: AuditRecord) => void;
}

export type FieldErrors = Readonly<Record<string, readonly string[]>>;

export type SignInResult =
  | ({ readonly status: "signed-in"; readonly principal: Principal } & NewSession)
  /** Unknown name, wrong password, inactive or password-less account: one answer for all, after the same work. */
  | { readonly status: "refused" }
  | { readonly status: "limited"; readonly retryAfterSeconds: number }
  /** The name and the password are right, but the address has to be confirmed first; another link may be on its way. */
  | { readonly status: "unverified" }
  /** The queue for password hashing is full. */
  | { readonly status: "busy"; readonly retryAfterSeconds: number };

export type RegisterResult =
  | ({ readonly status: "signed-in"; readonly principal: Principal } & NewSession)
  /** The account is there, and nobody is signed in to it yet. The browser stays signed in as whoever it was. */
  | { readonly status: "made"; readonly next: Exclude<AfterRegister, "signed_in"> }
  | { readonly status: "invalid"; readonly fields: FieldErrors }
  | { readonly status: "closed" }
  | { readonly status: "limited"; readonly retryAfterSeconds: number }
  | { readonly status: "busy"; readonly retryAfterSeconds: number };

interface Waits {
  /** `busy`: the queue for password hashing is full. */
  readonly status: "limited" | "busy";
  readonly retryAfterSeconds: number;
}

/** The session goes on under a new token, which the browser is to get. */
type Renewed = { readonly status: "signed-in"; readonly principal: Principal } & NewSession;

export type StepUpResult =
  | Renewed
  | Waits
  | { readonly status: "wrong-password" }
  /** The session ended, or got another token, since the call was let in: nothing was done. */
  | { readonly status: "ended" };

export type ChangePasswordResult =
  | StepUpResult
  | { readonly status: "invalid"; readonly fields: FieldErrors }
  /** Another change of the same password was faster. */
  | { readonly status: "conflict" };

export type SetPasswordResult =
  | Exclude<ChangePasswordResult, { readonly status: "wrong-password" }>
  /** Somebody acts as the user. */
  | { readonly status: "impersonating" };

export type DeleteAccountResult =
  | Waits
  | { readonly status: "deleted" | "wrong-password" | "ended" }
  /** Nobody would be left who may everything. Nothing was deleted. */
  | { readonly status: "last-superuser" };

/** What is left out stays as it is. */
export interface ProfileChange {
  readonly firstName?: string | undefined;
  readonly lastName?: string | undefined;
  /** A BCP 47 tag; null for the browser's language. */
  readonly locale?: string | null | undefined;
}

export interface Accounts {
  /**
   * Makes an account and, where the site has it so, signs it in: both or neither. `presented` is the session the browser
   * came with; it ends with the sign-in. Where addresses are confirmed, the answer does not tell whether one was free.
   */
  register(
    input: { readonly username: string; readonly email?: string | null | undefined; readonly password: string },
    from: SignInOrigin,
  ): Promise<RegisterResult>;
  /** Signs in. The session the browser came with ends when this succeeds, and stays untouched when it fails. */
  login(
    input: { readonly login: string; readonly password: string; readonly remember?: boolean | undefined },
    from: SignInOrigin,
  ): Promise<SignInResult>;
  /**
   * Ends the session with this token. Calling it again, or without one, is fine. When the database is away the answer is
   * `pending`: it is tried again in the background until it has worked, or this process ends.
   */
  logout(tokenHash: string | null, from?: SessionOrigin): Promise<"ended" | "pending">;
  /** Confirms the password: the session is fresh again, under a new token. */
  stepUp(input: { readonly password: string }, from: SignedInOrigin): Promise<StepUpResult>;
  /**
   * Replaces the password. All other sessions end, this one gets a new token, and links mailed before open nothing any
   * more. The present password confirms it: the session need not be fresh.
   */
  changePassword(
    input: { readonly current: string; readonly password: string },
    from: SignedInOrigin,
  ): Promise<ChangePasswordResult>;
  /**
   * Gives a first password to somebody who has none, and ends their other sessions. `conflict` where there is one. Whether the
   * session is fresh, by the word of their provider, is the caller's to see to.
   */
  setPassword(input: { readonly password: string }, from: SignedInOrigin): Promise<SetPasswordResult>;
  /** The user's own account as its page shows it. Null when there is no such user. */
  profile(userId: string): Promise<AccountProfile | null>;
  /** Changes names and language as part of the caller's transaction. Open screens are told after the commit. */
  updateProfile(
    tx: Transaction,
    change: ProfileChange,
    from: SessionOrigin & { readonly principal: Principal },
  ): Promise<{ readonly status: "changed" } | { readonly status: "invalid"; readonly fields: FieldErrors }>;
  /**
   * Deletes the account with all that refers to it, and ends its sessions; the name and the address are free again. A
   * password that is given must be right, and confirms it. Without one, whether the session is fresh is the caller's to see to.
   */
  deleteAccount(input: { readonly password?: string | undefined }, from: SignedInOrigin): Promise<DeleteAccountResult>;
  /** Switches the account off or on; switching off ends all its sessions. Returns false when there is no such user. */
  setActive(userId: string, isActive: boolean): Promise<boolean>;
}

/**
 * Changes of rights. Each is seen by the next call and pushed to open screens. Those about a user or a group that does not
 * exist return false and change nothing.
 *
 * @throws on the name of a permission that was not declared.
 */
export interface Rights {
  grant(userId: string, permission: string): Promise<boolean>;
  /** Takes the permission away, also one that is no longer declared. What the user holds through groups stays. */
  withdraw(userId: string, permission: string): Promise<boolean>;
  /** Makes the group when it is missing; its permissions become exactly these. Returns its id. */
  setGroup(name: string, permissions: readonly string[]): Promise<string>;
  removeGroup(name: string): Promise<boolean>;
  addToGroup(userId: string, group: string): Promise<boolean>;
  removeFromGroup(userId: string, group: string): Promise<boolean>;
}

export interface AuthCounts {
  readonly passwords: HashCounts;
  readonly mails: MailCounts;
  readonly sessions: Readonly<SessionCounts>;
  readonly refusals: ThrottleRefusals;
}

export interface Auth {
  readonly sessions: SessionEngine;
  readonly sessionData: SessionData;
  readonly accounts: Accounts;
  /** Everything that goes by a link in a mail: confirming an address, a new password, another address. */
  readonly links: Links;
  readonly mail: MailNotices;
  /** Signing in with identity providers. */
  readonly oidc: Oidc;
  readonly rights: Rights;
  readonly admin: Admin;
  readonly audit: AuditLog;
  readonly throttle: Pick<Throttle, "flush" | "prune">;
  /** What there was to do since the start, and what waits just now. Asks nobody. */
  counts(): AuthCounts;
}
