import type { AdminIdentity } from "@countersign/contract";

import type { FieldErrors } from "../auth.ts";
import type { DeviceSession } from "../session/session-engine.ts";

/** An account as an operator sees it. Nothing in it signs anybody in. */
export interface AccountSummary {
  readonly id: string;
  readonly username: string;
  readonly email: string | null;
  readonly emailVerifiedAt: Date | null;
  readonly isActive: boolean;
  readonly isStaff: boolean;
  readonly isSuperuser: boolean;
  readonly createdAt: Date;
  readonly lastLoginAt: Date | null;
}

/** A running session, and whose it is. */
export interface OwnedSession extends DeviceSession {
  readonly username: string;
}

/** One page, and how many there are in all. */
export interface Listed<Item> {
  readonly items: readonly Item[];
  readonly total: number;
}

export interface NewUser {
  readonly username: string;
  readonly email: string | null;
  /** The operator knows that the address is the user's: no mail has to confirm it. */
  readonly isEmailVerified: boolean;
  readonly password: string;
  readonly isStaff: boolean;
  readonly isSuperuser: boolean;
  /** Its name may be one of those that are kept for the library: see `reservedNames`. */
  readonly mayBeReserved?: boolean;
}

export type UserChange =
  | { readonly status: "changed"; readonly endedSessions: number }
  | { readonly status: "unchanged" | "not-found" }
  /** Nobody would be left who may everything. Nothing was changed. */
  | { readonly status: "last-superuser" };

/**
 * What somebody does who has the database itself in their hands, such as at the command line: it asks for no rights. The
 * rules of accounts hold all the same, every change stands in the audit log under the operator's name, and what is taken
 * away ends at once, in servers that run on the same database too.
 */
export interface Operator {
  /** The account with this id, else the one that signs in by this username or email. */
  findUser(name: string): Promise<AccountSummary | null>;
  /** By username. `search` is part of a username or an email. */
  listUsers(filter: {
    readonly search?: string | undefined;
    readonly isActive?: boolean | undefined;
    readonly isSuperuser?: boolean | undefined;
    readonly limit: number;
  }): Promise<Listed<AccountSummary>>;
  /** Makes an account, also where visitors may not. Nobody is signed in. */
  createUser(user: NewUser): Promise<
    | {
        readonly status: "created";
        readonly user: AccountSummary;
        /** The user must confirm the address before the first sign-in. */
        readonly mustConfirmEmail: boolean;
      }
    | { readonly status: "invalid"; readonly fields: FieldErrors }
  >;
  setRank(
    userId: string,
    rank: { readonly isStaff?: boolean | undefined; readonly isSuperuser?: boolean | undefined },
  ): Promise<UserChange>;
  /** Switches the account off, which ends its sessions and its mailed links, or on. */
  setActive(userId: string, isActive: boolean): Promise<UserChange>;
  /** Deletes the account with all that refers to it, and ends its sessions. The audit log stays. */
  removeUser(userId: string): Promise<UserChange>;
  /** Ends all sessions of the user and what was mailed, but for the way back from a change of address. Where nobody has confirmed the address, what providers open goes as well. */
  setPassword(
    userId: string,
    password: string,
  ): Promise<UserChange | { readonly status: "invalid"; readonly fields: FieldErrors }>;
  /** Where the user can sign in instead of here, in the order they were connected. `isKept` ones are not taken away. */
  listIdentities(userId: string): Promise<readonly AdminIdentity[]>;
  /**
   * Takes what a provider opens away from a user, with the groups that it gave and the sessions that began with it. Also the last
   * way in (`isLast`), but not the one by which the last superuser gets in. Mails nothing.
   */
  removeIdentity(
    userId: string,
    identityId: string,
  ): Promise<
    | { readonly status: "changed"; readonly endedSessions: number; readonly isLast: boolean }
    | { readonly status: "not-found" | "last-superuser" }
  >;
  /** Those that run, the most recently used first. */
  listSessions(filter: { readonly userId?: string | undefined; readonly limit: number }): Promise<Listed<OwnedSession>>;
  /** Ends one session by its handle. False when there is none. */
  endSession(sessionId: string): Promise<boolean>;
  /** Ends all sessions of a user. Returns how many. */
  endSessions(userId: string): Promise<number>;
  /** Ends the sessions that came from this provider, whether it is set up or not. Returns how many. */
  endSessionsFrom(provider: string): Promise<number>;
  /** Ends every session there is, user by user. Returns how many. */
  endAllSessions(): Promise<number>;
  /** Removes the rows of sessions that are over. Returns how many. */
  pruneSessions(): Promise<number>;
  /** Resolves when what was refused stands in the audit log too. */
  flush(): Promise<void>;
}
