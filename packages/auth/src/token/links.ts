import type { LinkDescription, LinkKind } from "@countersign/contract";
import type { Transaction } from "@countersign/db";

import type { SignInOrigin } from "../account/account-context.ts";
import type { FieldErrors } from "../auth.ts";
import type { Principal } from "../session/principal.ts";
import type { NewSession, SessionOrigin } from "../session/session-engine.ts";
import type { Limited } from "../throttle/windows.ts";

interface Waits {
  /** `busy`: the queue for password hashing is full. */
  readonly status: "limited" | "busy";
  readonly retryAfterSeconds: number;
}

/** The same whether or not there is an account: what follows happens in the background. */
export type RequestResult = Waits | { readonly status: "accepted" } | Invalid;

interface Invalid {
  readonly status: "invalid";
  readonly fields: FieldErrors;
}

/** Used, replaced by a newer one, too old, for an account that is switched off, or never a link: one answer for all. */
interface LinkInvalid {
  readonly status: "link-invalid";
}

export type VerifyEmailResult = Waits | LinkInvalid | { readonly status: "verified"; readonly userId: string };

export type ResetPasswordResult = Waits | LinkInvalid | Invalid | { readonly status: "reset"; readonly userId: string };

export type ConfirmEmailChangeResult =
  | Waits
  | LinkInvalid
  /** `renewed`: the browser that was signed in as the user goes on under a new token. */
  | {
      readonly status: "changed";
      readonly userId: string;
      readonly renewed: (NewSession & { readonly principal: Principal }) | null;
    };

export type RevertEmailChangeResult = Waits | LinkInvalid | { readonly status: "reverted"; readonly userId: string };

export type DescribeLinkResult = Waits | LinkInvalid | ({ readonly status: "described" } & LinkDescription);

/** Everything that goes by a link in a mail. Each link works once, for one purpose, until the time is up or a newer one is sent. */
export interface Links {
  /**
   * Tells who holds a link whose account it is about, before it is used. Uses nothing up; a link that would come to nothing
   * is told to be invalid.
   */
  describeLink(
    input: { readonly token: string; readonly purpose: LinkKind },
    from: SignInOrigin,
  ): Promise<DescribeLinkResult>;
  /**
   * Marks the address as the user's. Another account that held it without having confirmed it goes on without it, and is told
   * how to take it back; one that nobody was ever in is void from then on. Refused where the browser is signed in as the
   * account that would lose the address.
   */
  verifyEmail(input: { readonly token: string }, from: SignInOrigin): Promise<VerifyEmailResult>;
  /**
   * Mails the link once more: that of the caller's own account, else of the account with this name, else one for each account
   * that waits for the address, by name. Strangers may have registered with it.
   */
  resendVerification(
    input: { readonly email: string; readonly username?: string | null | undefined },
    from: SignInOrigin,
  ): Promise<RequestResult>;
  /** Mails a link to the stored address of the account that has this one. `off`: the site does not do so. */
  requestPasswordReset(
    input: { readonly email: string },
    from: SignInOrigin,
  ): Promise<RequestResult | { readonly status: "off" }>;
  /**
   * Mails a link to a new password, for an admin. `act` decides whether the admin may and records it; it is told where the
   * mail goes, and when no more of them do, and answers whether this one is to.
   */
  sendPasswordReset(
    userId: string,
    act: (way: { readonly email: string | null; readonly limited: Limited | null }) => Promise<boolean>,
  ): Promise<void>;
  /** Sets the password and ends all sessions of the user. A password that will not do leaves the link as it is. */
  resetPassword(
    input: { readonly token: string; readonly password: string },
    from: SignInOrigin,
  ): Promise<ResetPasswordResult>;
  /**
   * Mails a link to the new address, and tells the present one. `inSession` runs the change on the caller's session; whether
   * that is fresh is the caller's to see to.
   */
  requestEmailChange(
    input: { readonly email: string },
    from: SessionOrigin & { readonly principal: Principal; readonly locale?: string | null },
    inSession: <Result>(body: (tx: Transaction) => Promise<Result>) => Promise<Result>,
  ): Promise<RequestResult>;
  /**
   * Takes back what was asked for, as part of the caller's transaction: the link to the new address opens nothing any more.
   * The way back that the present address was mailed stays. Where nothing is under way nothing is done.
   */
  withdrawEmailChange(tx: Transaction, from: SessionOrigin & { readonly principal: Principal }): Promise<void>;
  /** Gives the user the new address and ends all sessions but the one that is presented, which gets a new token. */
  confirmEmailChange(input: { readonly token: string }, from: SignInOrigin): Promise<ConfirmEmailChangeResult>;
  /** Restores the address the link was sent to, ends all sessions, and closes the account until a new password is chosen by mail. */
  revertEmailChange(input: { readonly token: string }, from: SignInOrigin): Promise<RevertEmailChangeResult>;
  /** Removes links past their time. Returns how many. */
  prune(): Promise<number>;
}
