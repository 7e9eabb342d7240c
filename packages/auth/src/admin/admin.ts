import type {
  AdminGroup,
  AdminPage,
  AdminPermission,
  AdminSession,
  AdminSessionOrder,
  AdminUser,
  AdminUserOrder,
  AdminUserRow,
} from "@countersign/contract";
import type { Transaction } from "@countersign/db";

import type { FieldErrors } from "../auth.ts";
import type { Principal } from "../session/principal.ts";
import type { SessionOrigin } from "../session/session-engine.ts";

/** An admin's call: who makes it, from where, and the transactions that stand on their session. */
export interface AdminCall {
  readonly principal: Principal;
  readonly from: SessionOrigin;
  /** Runs `lockFirst` and then `body` in one transaction, in which the caller's session and right to the call hold. */
  transaction<Result>(
    body: (tx: Transaction) => Promise<Result>,
    options: { readonly lockFirst: (tx: Transaction) => Promise<void> },
  ): Promise<Result>;
}

export type AdminRefusal =
  /** The change would give, or touch, more rights than the caller holds. */
  | "beyond_own_rights"
  /** The change would leave the site without an active superuser. */
  | "last_superuser"
  /** Nobody switches off or removes their own account here. */
  | "own_account"
  /** Nobody gives themselves another address here: it has to be confirmed (`account.requestEmailChange`). */
  | "own_address"
  /** Nobody takes their own last way in away. */
  | "own_last_way_in"
  /** Forgotten passwords are not replaced by mail here. */
  | "reset_off";

/** What came of a change. All but `done` changed nothing. */
export type AdminOutcome<Done extends object = object> =
  | ({ readonly status: "done" } & Done)
  /** Whom or what it is about is not there. */
  | { readonly status: "missing" }
  | { readonly status: "refused"; readonly reason: AdminRefusal }
  | { readonly status: "invalid"; readonly fields: FieldErrors }
  /** It was changed by others since the caller read it. */
  | { readonly status: "stale" }
  | { readonly status: "busy" | "limited"; readonly retryAfterSeconds: number };

/** A page without the count of what is on all of them. */
export type AdminRows<Row> = Omit<AdminPage<Row>, "total">;

export interface PageQuery<Order extends string> {
  readonly order: Order;
  /** `nextCursor` of the page before. */
  readonly cursor?: string | undefined;
  readonly limit: number;
}

export interface AdminUserQuery extends PageQuery<AdminUserOrder> {
  /** Part of a username, an address or a name. */
  readonly search?: string | undefined;
  /** Only this one. */
  readonly id?: string | undefined;
  readonly isActive?: boolean | undefined;
  readonly isStaff?: boolean | undefined;
  readonly isSuperuser?: boolean | undefined;
  readonly groupId?: string | undefined;
}

export interface AdminSessionQuery extends PageQuery<AdminSessionOrder> {
  readonly userId?: string | undefined;
  /** Part of a username, an address or a browser's name. */
  readonly search?: string | undefined;
}

export interface AdminGroupQuery {
  readonly search?: string | undefined;
  /** `nextCursor` of the page before. */
  readonly cursor?: string | undefined;
  readonly limit: number;
}

/** What is asked of a user's change that was made from a reading: nothing, or that the reading is still right. */
interface FromVersion {
  readonly version?: number | undefined;
}

/**
 * Other people's accounts. All changes are checked against the rights the caller holds at that moment, in the transaction
 * that makes them: nobody raises their own rights or gives what they do not hold (being in a group is a right as well),
 * nobody takes rights from, wakes, switches off or removes somebody who holds more, nobody but superusers touches a
 * superuser, and the last active superuser stays. All are audited, refusals included.
 */
export interface AdminUsers {
  /** Null when the cursor is not one of this list. */
  list(query: AdminUserQuery): Promise<AdminPage<AdminUserRow> | null>;
  /** The same without the total, which takes reading everything: for lists that are read again and again. */
  rows(query: AdminUserQuery): Promise<AdminRows<AdminUserRow> | null>;
  /** `$can` is what the viewer may do; without one, nothing. */
  find(id: string, viewerId?: string | null): Promise<AdminUser | null>;
  /** Without a password the new user needs a link to set one: see `sendReset`. */
  create(
    call: AdminCall,
    input: {
      readonly username: string;
      readonly email?: string | null | undefined;
      readonly password?: string | undefined;
      readonly firstName?: string | undefined;
      readonly lastName?: string | undefined;
      readonly locale?: string | null | undefined;
    },
  ): Promise<AdminOutcome<{ readonly id: string }>>;
  /** Another address is told to the one the account had. Nobody's own address is changed here. */
  update(
    call: AdminCall,
    input: {
      readonly id: string;
      readonly version: number;
      readonly email?: string | null | undefined;
      readonly firstName?: string | undefined;
      readonly lastName?: string | undefined;
      readonly locale?: string | null | undefined;
    },
  ): Promise<AdminOutcome>;
  /** Switching off ends all sessions of the user. */
  setActive(
    call: AdminCall,
    input: { readonly id: string; readonly value: boolean } & FromVersion,
  ): Promise<AdminOutcome>;
  setStaff(
    call: AdminCall,
    input: { readonly id: string; readonly value: boolean } & FromVersion,
  ): Promise<AdminOutcome>;
  setSuperuser(
    call: AdminCall,
    input: { readonly id: string; readonly value: boolean } & FromVersion,
  ): Promise<AdminOutcome>;
  /** What the user holds directly becomes exactly this. */
  setPermissions(
    call: AdminCall,
    input: { readonly id: string; readonly permissions: readonly string[] } & FromVersion,
  ): Promise<AdminOutcome>;
  /** The user's groups become exactly these. */
  setGroups(
    call: AdminCall,
    input: { readonly id: string; readonly groupIds: readonly string[] } & FromVersion,
  ): Promise<AdminOutcome>;
  endSessions(call: AdminCall, id: string): Promise<AdminOutcome<{ readonly ended: number }>>;
  /** Mails the link to a new password to the user's address. `invalid` when there is none, or the account is off. */
  sendReset(call: AdminCall, id: string): Promise<AdminOutcome>;
  /**
   * Takes what a provider opens away from a user, with the groups that it gave and the sessions that began with it, and tells
   * the user by mail. Also the last way in, which only a new password makes good: but not the caller's own, nor the last one by
   * which a superuser gets in.
   */
  removeIdentity(call: AdminCall, input: { readonly id: string; readonly identityId: string }): Promise<AdminOutcome>;
  /** Removes the account and all that belongs to it. */
  remove(call: AdminCall, id: string): Promise<AdminOutcome>;
}

/** Groups: by name, with what their members may do. */
export interface AdminGroups {
  /** By name. Null when the cursor is not one of this list. */
  list(query: AdminGroupQuery): Promise<AdminPage<AdminGroup> | null>;
  /** The same without the total. */
  rows(query: AdminGroupQuery): Promise<AdminRows<AdminGroup> | null>;
  find(id: string): Promise<AdminGroup | null>;
  create(
    call: AdminCall,
    input: { readonly name: string; readonly permissions: readonly string[] },
  ): Promise<AdminOutcome<{ readonly id: string }>>;
  update(
    call: AdminCall,
    input: {
      readonly id: string;
      readonly version: number;
      readonly name?: string | undefined;
      readonly permissions?: readonly string[] | undefined;
    },
  ): Promise<AdminOutcome>;
  remove(call: AdminCall, id: string): Promise<AdminOutcome>;
}

/** Running sessions of everybody. */
export interface AdminSessions {
  /** Null when the cursor is not one of this list. */
  list(query: AdminSessionQuery): Promise<AdminPage<AdminSession> | null>;
  /** The same without the total. */
  rows(query: AdminSessionQuery): Promise<AdminRows<AdminSession> | null>;
  end(call: AdminCall, id: string): Promise<AdminOutcome>;
}

/** What people with the right to it do to others' accounts. */
export interface Admin {
  readonly users: AdminUsers;
  readonly groups: AdminGroups;
  readonly sessions: AdminSessions;
  /** All permissions there are, and which of them the caller holds. */
  listPermissions(principal: Principal): readonly AdminPermission[];
}
