import { TRPCUntypedClient } from "@trpc/client";
import type { AnyRouter } from "@trpc/server";

import type {
  AdminAuditEvent,
  AdminConnection,
  AdminGroup,
  AdminPage,
  AdminPermission,
  AdminSession,
  AdminSessionOrder,
  AdminUser,
  AdminUserOrder,
  AdminUserRow,
  LiveRow,
} from "@countersign/contract";

import type { SubscribeLiveRows } from "./live-rows.ts";
import type { SessionClient } from "./session-client.ts";
import { watchRows } from "./watch-rows.ts";

/** A part of a list; what is left out is not asked for. */
export interface AdminListQuery {
  readonly search?: string | undefined;
  readonly limit?: number | undefined;
  /** `nextCursor` of the page before. */
  readonly cursor?: string | undefined;
}

export interface AdminUserListQuery extends AdminListQuery {
  readonly id?: string | undefined;
  readonly isActive?: boolean | undefined;
  readonly isStaff?: boolean | undefined;
  readonly isSuperuser?: boolean | undefined;
  readonly groupId?: string | undefined;
  readonly order?: AdminUserOrder | undefined;
}

export interface AdminSessionListQuery extends AdminListQuery {
  readonly userId?: string | undefined;
  readonly order?: AdminSessionOrder | undefined;
}

export interface AdminAuditListQuery extends AdminListQuery {
  readonly action?: string | undefined;
  readonly outcome?: "ok" | "refused" | undefined;
  /** Events in which this user acted or was acted upon. */
  readonly userId?: string | undefined;
  /** Instants, ISO 8601. */
  readonly from?: string | undefined;
  readonly until?: string | undefined;
}

export interface AdminConnectionListQuery extends Omit<AdminListQuery, "cursor"> {
  readonly userId?: string | undefined;
}

/** What an account says of the person. What is left out stays as it is. */
export interface AdminPersonInput {
  readonly email?: string | null;
  readonly firstName?: string;
  readonly lastName?: string;
  readonly locale?: string | null;
}

/** A live list of rows that answer to a query. */
export type AdminLiveList<Query, Row extends LiveRow> = (query: Query) => SubscribeLiveRows<Row>;

/** What is set, and of whom; with the version it was read at, it is refused if the user has changed since. */
interface OfUser {
  readonly id: string;
  readonly version?: number;
}

/** The admin's procedures (`admin.*`), callable without knowing the app's router. What is refused throws with `ErrorData`. */
export interface AdminCalls {
  readonly users: {
    readonly list: (query: AdminUserListQuery) => Promise<AdminPage<AdminUserRow>>;
    readonly live: AdminLiveList<AdminUserListQuery, AdminUserRow>;
    readonly get: (id: string) => Promise<AdminUser>;
    readonly create: (
      input: AdminPersonInput & { readonly username: string; readonly password?: string },
    ) => Promise<{ readonly id: string }>;
    readonly update: (input: AdminPersonInput & { readonly id: string; readonly version: number }) => Promise<void>;
    readonly setActive: (input: OfUser & { readonly value: boolean }) => Promise<void>;
    readonly setStaff: (input: OfUser & { readonly value: boolean }) => Promise<void>;
    readonly setSuperuser: (input: OfUser & { readonly value: boolean }) => Promise<void>;
    readonly setPermissions: (input: OfUser & { readonly permissions: readonly string[] }) => Promise<void>;
    readonly setGroups: (input: OfUser & { readonly groupIds: readonly string[] }) => Promise<void>;
    readonly endSessions: (id: string) => Promise<{ readonly ended: number }>;
    readonly sendReset: (id: string) => Promise<void>;
    readonly removeIdentity: (input: { readonly id: string; readonly identityId: string }) => Promise<void>;
    readonly remove: (id: string) => Promise<void>;
  };
  readonly groups: {
    readonly list: (query: AdminListQuery) => Promise<AdminPage<AdminGroup>>;
    readonly live: AdminLiveList<AdminListQuery, AdminGroup>;
    /** The names of those the caller is in; superusers may do as if they were in all. */
    readonly mine: () => Promise<readonly string[]>;
    readonly create: (input: {
      readonly name: string;
      readonly permissions: readonly string[];
    }) => Promise<{ readonly id: string }>;
    readonly update: (input: {
      readonly id: string;
      readonly version: number;
      readonly name?: string;
      readonly permissions?: readonly string[];
    }) => Promise<void>;
    readonly remove: (id: string) => Promise<void>;
  };
  readonly sessions: {
    readonly list: (query: AdminSessionListQuery) => Promise<AdminPage<AdminSession>>;
    readonly live: AdminLiveList<AdminSessionListQuery, AdminSession>;
    readonly end: (id: string) => Promise<void>;
  };
  readonly audit: {
    /** The log is not counted: it has no `total`. */
    readonly list: (query: AdminAuditListQuery) => Promise<Omit<AdminPage<AdminAuditEvent>, "total">>;
    readonly live: AdminLiveList<AdminAuditListQuery, AdminAuditEvent>;
  };
  readonly connections: {
    readonly live: AdminLiveList<AdminConnectionListQuery, AdminConnection>;
    /** How many there are on the server that answers, and of how many people. */
    readonly count: () => Promise<{ readonly connections: number; readonly users: number }>;
  };
  readonly permissions: {
    readonly list: () => Promise<readonly AdminPermission[]>;
  };
}

/** The calls of the admin's pages, on the connection of this client. */
export function createAdminCalls(session: Pick<SessionClient, "links">): AdminCalls {
  const client = new TRPCUntypedClient<AnyRouter>({ links: session.links<AnyRouter>() });

  // The answers have the contract's shapes: the library's own router is on the other end.
  const ask = <Answer>(path: string, input?: unknown) => client.query(path, input) as Promise<Answer>;
  const tell = <Answer = void>(path: string, input: unknown) => client.mutation(path, input) as Promise<Answer>;
  const watch =
    <Row extends LiveRow>(path: string) =>
    (query: object) =>
      watchRows<Row>(client, path, query);

  return {
    users: {
      list: (query) => ask("admin.user.list", query),
      live: watch("admin.user.live"),
      get: (id) => ask("admin.user.get", { id }),
      create: (input) => tell("admin.user.create", input),
      update: (input) => tell("admin.user.update", input),
      setActive: (input) => tell("admin.user.setActive", input),
      setStaff: (input) => tell("admin.user.setStaff", input),
      setSuperuser: (input) => tell("admin.user.setSuperuser", input),
      setPermissions: (input) => tell("admin.user.setPermissions", input),
      setGroups: (input) => tell("admin.user.setGroups", input),
      endSessions: (id) => tell("admin.user.endSessions", { id }),
      sendReset: (id) => tell("admin.user.sendReset", { id }),
      removeIdentity: (input) => tell("admin.user.removeIdentity", input),
      remove: (id) => tell("admin.user.remove", { id }),
    },
    groups: {
      list: (query) => ask("admin.group.list", query),
      live: watch("admin.group.live"),
      mine: () => ask("admin.group.mine"),
      create: (input) => tell("admin.group.create", input),
      update: (input) => tell("admin.group.update", input),
      remove: (id) => tell("admin.group.remove", { id }),
    },
    sessions: {
      list: (query) => ask("admin.session.list", query),
      live: watch("admin.session.live"),
      end: (id) => tell("admin.session.end", { id }),
    },
    audit: { list: (query) => ask("admin.audit.list", query), live: watch("admin.audit.live") },
    connections: { live: watch("admin.connections.live"), count: () => ask("admin.connections.count") },
    permissions: { list: () => ask("admin.permission.list") },
  };
}
