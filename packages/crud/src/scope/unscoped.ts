import { can, type Principal } from "@countersign/auth";
import { type CoreTables, rowsTopic } from "@countersign/db";

import type { CrudTable } from "../definition/table.ts";

import { everyRow, noRow } from "./conditions.ts";
import type { Scope, ScopedAction } from "./scope.ts";
import { watchedAsOne } from "./topic.ts";

/**
 * All rows, for those who hold the permission; none for others: `unscoped("notes.view_all")`. With a permission for each
 * action, those left out are closed: `unscoped({ read: "notes.view_all", remove: "notes.moderate" })`. Superusers hold
 * every permission.
 */
export function unscoped<Table extends CrudTable>(
  permission: string | Readonly<Partial<Record<ScopedAction, string>>>,
): Scope<CoreTables, Table, never> {
  const nameFor = (action: ScopedAction) => (typeof permission === "string" ? permission : permission[action]);
  const isOpen = (who: Principal, action: ScopedAction) => {
    const name = nameFor(action);
    return name !== undefined && can(who, name);
  };

  return {
    columns: [],
    where: (who, action) => (isOpen(who, action) ? everyRow : noRow),
    admit: async (who, values) => {
      if (isOpen(who, "create")) return { status: "admitted", values };
      return { status: isOpen(who, "read") ? "forbidden" : "hidden" };
    },
    watches: ({ table }) => [watchedAsOne(table)],
    grant: (who, _narrowing, _reader, { table }) => ({
      key: actions.filter((action) => isOpen(who, action)).join("|"),
      // Who sees none today may see all tomorrow: a change of rights wakes the list, which then asks for its grant anew.
      topics: isOpen(who, "read") ? [rowsTopic(watchedAsOne(table))] : [],
      where: (action) => (isOpen(who, action) ? everyRow : noRow),
    }),
  };
}

const actions: readonly ScopedAction[] = ["read", "create", "update", "remove"];
