import { and, eq, inArray, type SQL, sql } from "drizzle-orm";
import type { PgTable } from "drizzle-orm/pg-core";

import type { Principal } from "@countersign/auth";
import type { CoreTables } from "@countersign/db";

import type { ColumnOf, CrudTable } from "../definition/table.ts";

import { columnOf } from "./column.ts";
import { noRow } from "./conditions.ts";
import { createMembershipReader, type Membership, type MembershipColumns } from "./memberships.ts";
import type { Scope, ScopedAction } from "./scope.ts";
import { topicOf, watchedBy } from "./topic.ts";

export interface MembershipOptions<
  Tables extends CoreTables,
  Table extends CrudTable,
  Members extends keyof Tables & string,
> {
  /** The column that says to what a row belongs, as in `projectId`; `id` for the rows of the thing itself. */
  readonly of: ColumnOf<Table>;
  /** The table of members, and its columns. */
  readonly members: Members;
  readonly key: ColumnsOf<Tables[Members]>;
  readonly user: ColumnsOf<Tables[Members]>;
  readonly role: ColumnsOf<Tables[Members]>;
  /** The roles that may do each of these. An action left out is closed to all. */
  readonly roles: Readonly<Partial<Record<ScopedAction, readonly string[]>>>;
}

type ColumnsOf<Table> = Table extends PgTable ? keyof Table["$inferSelect"] & string : never;

/**
 * Rows of what a user is a member of, each action by role:
 *
 *     membership({ of: "projectId", members: "projectMembers", key: "projectId", user: "userId", role: "role",
 *       roles: { read: ["viewer", "editor"], create: ["editor"], update: ["editor"], remove: ["editor"] } })
 */
export function membership<
  Tables extends CoreTables,
  Table extends CrudTable,
  Members extends keyof Tables & string = keyof Tables & string,
>(options: MembershipOptions<Tables, Table, Members>): Scope<Tables, Table, ColumnOf<Table>> {
  const { of, roles } = options;
  const readMemberships = createMembershipReader();

  function membersIn(tables: Tables): MembershipColumns {
    // The cast: the option's type lets only tables be named.
    const table = tables[options.members] as unknown as PgTable;
    return {
      table,
      key: columnOf(table, options.key),
      user: columnOf(table, options.user),
      role: columnOf(table, options.role),
    };
  }

  return {
    columns: [of],

    where(who, action, { tables, table }) {
      const allowed = roles[action] ?? [];
      const itsKey = columnOf(table, of);
      return allowed.length === 0 ? noRow : sql`${itsKey} in ${keysOf(who, allowed, membersIn(tables))}`;
    },

    async admit(who, values, tx) {
      // A new thing has no members yet: who may make one is the rule of `create`, and its first member the hook's part.
      if (of === "id") return { status: "admitted", values };
      const { table, key, user, role } = membersIn(tx.tables);
      const query = tx
        .select({ role })
        .from(table)
        .where(and(eq(key, values[of]), eq(user, who.user.id)));
      // Held, so that whoever takes the membership away does so before this, or after its commit.
      const [member] = await (tx.dialect === "postgres" ? query.for("share") : query);
      if (!member || !roles.read?.includes(String(member.role))) return { status: "hidden" };
      return roles.create?.includes(String(member.role)) ? { status: "admitted", values } : { status: "forbidden" };
    },

    async hold(who, id, tx, { table: rows }) {
      if (tx.dialect === "sqlite") return;
      const { table, key, user } = membersIn(tx.tables);
      const itsKey = sql`(select ${columnOf(rows, of)} from ${rows} where ${eq(rows.id, id)})`;
      await tx
        .select({ key })
        .from(table)
        .where(and(eq(user, who.user.id), sql`${key} = ${itsKey}`))
        .for("share");
    },

    watches: ({ tables, table }) => [watchedBy(table, of), watchedBy(membersIn(tables).table, options.user)],

    async grant(who, narrowing, reader, { tables, table }) {
      const members = membersIn(tables);
      const held = await readMemberships(who.user.id, narrowing[of], members, reader);
      return {
        key: JSON.stringify(held.map(({ key, role }) => [key, role])),
        topics: [topicOf(members.table, options.user, who.user.id), ...held.map(({ key }) => topicOf(table, of, key))],
        where: (action) => amongKeys(columnOf(table, of), held, roles[action] ?? []),
      };
    },
  };
}

function keysOf(who: Principal, allowed: readonly string[], { table, key, user, role }: MembershipColumns): SQL {
  return sql`(select ${key} from ${table} where ${and(eq(user, who.user.id), inArray(role, [...allowed]))})`;
}

function amongKeys(column: MembershipColumns["key"], held: readonly Membership[], allowed: readonly string[]): SQL {
  const keys = held.filter(({ role }) => allowed.includes(role)).map(({ key }) => key);
  return keys.length === 0 ? noRow : inArray(column, keys);
}
