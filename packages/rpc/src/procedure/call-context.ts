import type { Principal, Session, User } from "@countersign/auth";
import type { Bus } from "@countersign/bus";
import type { Rule } from "@countersign/contract";
import type { CoreTables, Database, Transaction } from "@countersign/db";

import type { Connection } from "../connection/connection.ts";
import type { RequestFacts } from "../connection/request-facts.ts";
import type { FileCall } from "../files/file-call.ts";
import type { HttpReply } from "../http/http-reply.ts";
import type { NoticeInput } from "../notify/notifications.ts";
import type { ProviderAccess } from "../oidc/provider-token.ts";
import type { Services } from "../services.ts";

import type { CheckedTransactionOptions } from "./checked-transaction.ts";

/** Where a call comes from: the facts of the upgrade or of the HTTP request, never a user. */
export interface Caller<Tables extends CoreTables = CoreTables> {
  readonly services: Services<Tables>;
  readonly request: RequestFacts;
  /** What limits count the client's address by. */
  readonly addressKey: string;
  /** SHA-256 of the presented token; null when none was presented. */
  readonly tokenHash: string | null;
  /** SHA-256 of the visitor's token; null when none was presented, or nothing is kept for visitors. */
  readonly visitorHash: string | null;
  /** The tokens of the cookies that tell browsers apart which go to an identity provider; none over the socket. */
  readonly bindings: readonly string[];
  /** The socket the call came over; null over HTTP. */
  readonly connection: Connection | null;
  /** What the HTTP request is called in the log; null over the socket, whose connection has an id. */
  readonly requestId: string | null;
  /** Whose session it was when it was last read: for finding sockets and for the log. Never who is calling. */
  userId: string | null;
  sessionId: string | null;
  /** The HTTP answer under way; null over the socket. */
  readonly reply: HttpReply | null;
  /** What is asked of a procedure that takes or gives a file; null for every other call. */
  readonly fileCall: FileCall | null;
}

/** The context before the checkpoint: no user yet, and no way to reach one. */
export interface RootContext<Tables extends CoreTables = CoreTables> {
  readonly caller: Caller<Tables>;
}

/** What every procedure finds in `ctx` after the checkpoint. */
export interface CallContext<Tables extends CoreTables, Permission extends string> extends RootContext<Tables> {
  readonly principal: Principal | null;
  /** The live user of this call. Never send it to a browser as it is: `toSnapshot` is for that. */
  readonly user: User | null;
  readonly session: Session | null;
  readonly request: RequestFacts;
  readonly rule: Rule;
  readonly db: Database<Tables>;
  readonly bus: Bus;
  /** May the user do what needs this permission? */
  can(permission: Permission): boolean;
  /** @throws when the list is empty. */
  canAny(permissions: readonly Permission[]): boolean;
  /** @throws when the list is empty. */
  canAll(permissions: readonly Permission[]): boolean;
  inGroup(group: string): boolean;
  /** What there is of the identity provider that the session came from. */
  readonly oidc: ProviderAccess;
  /** Shows a message in all open windows of a user, as a toast. With a `tx` after its commit, and only then. */
  notify(userId: string, notice: NoticeInput, tx?: Transaction): Promise<void>;
  /**
   * A transaction that stands on the session: the right to the call is read again inside it and locked until the commit,
   * so nothing is written after the answer to a sign-out or a withdrawal.
   *
   * @throws UNAUTHORIZED or FORBIDDEN when the right has gone meanwhile.
   */
  transaction<Result>(
    body: (tx: Transaction<Tables>) => Promise<Result>,
    options?: CheckedTransactionOptions,
  ): Promise<Result>;
}

/** The same where the rule asks for a user. */
export interface SignedInContext<Tables extends CoreTables, Permission extends string> extends CallContext<
  Tables,
  Permission
> {
  readonly principal: Principal;
  readonly user: User;
  readonly session: Session;
}
