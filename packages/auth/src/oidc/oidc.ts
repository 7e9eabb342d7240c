import type { LinkedIdentity, PendingSignIn, ProviderChoice } from "@countersign/contract";
import type { Transaction } from "@countersign/db";

import type { SignedInOrigin, SignInOrigin } from "../account/account-context.ts";
import type { Principal } from "../session/principal.ts";

import type { TokenWanted } from "./access-token.ts";
import type { LogoutTokenResult } from "./back-channel-logout.ts";
import type { CallbackInput, CallbackResult } from "./callback.ts";
import type { CompleteResult } from "./complete.ts";
import type { ConfirmResult } from "./confirm.ts";
import type { LeavingSession } from "./end-at-provider.ts";
import type { UnlinkResult } from "./identities.ts";
import type { PresentedVisit } from "./pending-visit.ts";
import type { AccessToken } from "./renew-tokens.ts";
import type { StartInput, StartResult } from "./start.ts";
import type { PresentedBrowser } from "./transaction.ts";

/** Signing in with identity providers (OpenID Connect). `binding` is always the token of a cookie that tells browsers apart. */
export interface Oidc {
  /** In the order of their buttons. */
  readonly providers: readonly ProviderChoice[];
  /** Begins a visit to a provider. To link, and to step up, `from.presented` is whose account it is about. */
  start(input: StartInput, from: SignInOrigin & PresentedBrowser): Promise<StartResult>;
  /** Ends a visit: a browser comes back with what the provider gave it. Each visit has one answer. Never throws. */
  callback(input: CallbackInput, from: SignInOrigin): Promise<CallbackResult>;
  /** What is still to be asked of this browser; null when nothing is (any more). */
  pending(presented: PresentedVisit): Promise<PendingSignIn | null>;
  /** Makes the account that lacked something. */
  complete(
    input: PresentedVisit & { readonly username: string; readonly email?: string | null | undefined },
    from: SignInOrigin,
  ): Promise<CompleteResult>;
  /** Links the identity to the account with the same address, with that account's password, and signs in. */
  confirm(input: PresentedVisit & { readonly password: string }, from: SignInOrigin): Promise<ConfirmResult>;
  cancel(presented: PresentedVisit): Promise<void>;
  /** Forgets all visits that this browser has begun: its person signs out. */
  forgetVisits(bindings: readonly string[]): Promise<void>;
  identities(userId: string): Promise<readonly LinkedIdentity[]>;
  /** Takes a way in away, unless it is the last, with the groups it gave and the other sessions it began. */
  unlink(tx: Transaction, id: string, from: SignedInOrigin): Promise<UnlinkResult>;
  /** The provider's token of this session, renewed where it is about to end. Of many at once one asks the provider. */
  accessToken(principal: Principal, wanted?: TokenWanted): Promise<AccessToken>;
  /** Somebody calls on this session: for some minutes it is in use. Called for every call; it costs next to nothing. */
  noteUse(sessionId: string): void;
  /**
   * Renews the tokens of sessions in use before they end: of those that were noted, and of those that somebody watches with.
   * Returns how to stop, which waits for what was begun.
   */
  startRenewing(watching: () => ReadonlySet<string>): () => Promise<void>;
  /** The providers that these sessions came from, as people call them. */
  providersOf(sessionIds: readonly string[]): Promise<ReadonlyMap<string, string>>;
  /** Asked before the session ends; `beginLogout` after. */
  readLeaving(tokenHash: string | null): Promise<LeavingSession | null>;
  beginLogout(
    leaving: LeavingSession,
    bindings: readonly string[],
  ): Promise<{ readonly url: string; readonly binding: string } | null>;
  endLogout(
    returned: PresentedBrowser & { readonly provider: string; readonly state: string | null },
  ): Promise<boolean>;
  /** Ends the sessions that a provider's logout token names. */
  backChannelLogout(
    input: { readonly provider: string; readonly logoutToken: string },
    from: { readonly ip: string | null },
  ): Promise<LogoutTokenResult>;
  /** Removes visits past their time. Returns how many. */
  prune(): Promise<number>;
}
