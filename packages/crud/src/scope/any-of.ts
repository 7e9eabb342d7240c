import type { CoreTables } from "@countersign/db";

import type { ColumnOf, CrudTable } from "../definition/table.ts";

import { anyRow } from "./conditions.ts";
import type { Scope } from "./scope.ts";

/** What one of these scopes allows: `anyOf(owner("ownerId"), unscoped("notes.view_all"))`. New rows go to the first that takes them. */
export function anyOf<Tables extends CoreTables, Table extends CrudTable, Column extends string = ColumnOf<Table>>(
  ...scopes: readonly [Scope<Tables, Table, Column>, ...Scope<Tables, Table, Column>[]]
): Scope<Tables, Table, Column> {
  return {
    columns: [...new Set(scopes.flatMap(({ columns }) => columns))],
    // The first takes all new rows when it fills in whose they are. After another one, a row may be somebody else's.
    fills: scopes[0].fills ?? [],
    where: (who, action, place) => anyRow(scopes.map((scope) => scope.where(who, action, place))),
    async admit(who, values, tx, place) {
      let refusal: "forbidden" | "hidden" = "hidden";
      for (const scope of scopes) {
        const admission = await scope.admit(who, values, tx, place);
        if (admission.status === "admitted") return admission;
        if (admission.status === "forbidden") refusal = "forbidden";
      }
      return { status: refusal };
    },
    async hold(who, id, tx, place) {
      for (const scope of scopes) await scope.hold?.(who, id, tx, place);
    },
    watches: (place) => scopes.flatMap((scope) => scope.watches(place)),
    async grant(who, narrowing, reader, place) {
      const grants = await Promise.all(scopes.map(async (scope) => scope.grant(who, narrowing, reader, place)));
      return {
        key: JSON.stringify(grants.map(({ key }) => key)),
        topics: unique(grants.flatMap(({ topics }) => topics)),
        where: (action) => anyRow(grants.map((grant) => grant.where(action))),
      };
    },
  };
}

function unique(topics: readonly string[]): readonly string[] {
  return [...new Set(topics)];
}
