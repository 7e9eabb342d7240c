import type { AnyProcedure } from "@trpc/server";
import { z } from "zod";

import type { CoreTables, TableSet } from "@countersign/db";
import { type createProcedures, IdempotencyKey, notFound } from "@countersign/rpc";

import { createRow } from "./actions/create.ts";
import { purgeRows, removeRows, updateRows } from "./actions/many.ts";
import { purgeRow } from "./actions/purge.ts";
import { removeRow } from "./actions/remove.ts";
import { restoreRow } from "./actions/restore.ts";
import { buildRows, type CrudRows } from "./actions/rows.ts";
import { updateRow } from "./actions/update.ts";
import { type AnyCrudOptions, buildModel, requireTableAndScope, type RowCan } from "./definition/build-model.ts";
import type { Model } from "./definition/model.ts";
import { rememberModel } from "./definition/models.ts";
import type { ActionName, CrudOptions, TableOf } from "./definition/options.ts";
import type { AllProcedures, CrudRow, OfferedProcedures, ShownBody, ShownTo } from "./definition/procedures.ts";
import type { CrudTable, CrudTableName } from "./definition/table.ts";
import { exportRows } from "./export/export-rows.ts";
import { createInput, fieldSchemas, Id, updateInput, Version } from "./fields/input-schemas.ts";
import { liveRows } from "./live/live-rows.ts";
import { exportInput, listInput, liveInput } from "./query/list-input.ts";
import { readPage, readRow } from "./query/read-rows.ts";

/** Most rows one call may change. */
const mostAtOnce = 100;

type Procedures = Pick<ReturnType<typeof createProcedures<CoreTables>>, "procedureWith" | "rowCan">;

/** What an app's routers of rows are made with. */
export interface CrudApp<Tables extends CoreTables, Permission extends string, PolicyName extends string> {
  /** From `createProcedures`. */
  readonly procedures: {
    procedureWith(parts: { readonly permissions?: readonly Permission[] }): unknown;
    rowCan(...names: readonly [PolicyName, ...PolicyName[]]): unknown;
  };
  readonly tables: TableSet<Tables>;
}

/**
 * Makes `crudRouter` for an app: with the procedures its other routers are built of, and its tables.
 *
 *     export const crudRouter = createCrud({ procedures, tables });
 */
export function createCrud<Tables extends CoreTables, Permission extends string, PolicyName extends string>(
  app: CrudApp<Tables, Permission, PolicyName>,
) {
  const crudRows = createCrudRows(app);

  /**
   * The procedures of one table, to be mounted: `note: crudRouter({ … })`, or spread beside others:
   * `note: { ...crudRouter({ … }), overview: … }`. A row outside its reader's scope is NOT_FOUND in every one of them.
   *
   * @throws at start, when the options name what the table does not have or would let one user learn of another's rows.
   */
  return function crudRouter<
    const Name extends CrudTableName<Tables>,
    const Fields,
    const Shown extends string = never,
    const Filters = {},
    const Orders extends string = never,
    Projected extends object = ShownBody<TableOf<Tables, Name>, Fields, Shown>,
    const Without extends ActionName = never,
    const Bin = undefined,
    const ShowTo = {},
    const Csv = undefined,
  >(
    options: CrudOptions<
      Tables,
      Name,
      Permission,
      Fields,
      Shown,
      Filters,
      Orders,
      Projected,
      Without,
      Bin,
      ShowTo,
      Csv,
      PolicyName
    >,
  ): OfferedProcedures<
    AllProcedures<
      TableOf<Tables, Name>,
      Fields,
      Filters,
      Orders,
      CrudRow<Projected & ShownTo<TableOf<Tables, Name>, ShowTo>>
    >,
    Without,
    Bin,
    Csv
  > {
    return crudRows<Name, Fields, Shown, Filters, Orders, Projected, Without, Bin, ShowTo, Csv>(options).procedures;
  };
}

/**
 * Makes `crudRows` for an app: for routers that put rows there in ways of their own, as what comes with a file, or by a name
 * that has to be looked up.
 */
export function createCrudRows<Tables extends CoreTables, Permission extends string, PolicyName extends string>(
  app: CrudApp<Tables, Permission, PolicyName>,
) {
  /** The procedures of one table, as `crudRouter` gives them, and its part in transactions of the app's own. */
  return function crudRows<
    const Name extends CrudTableName<Tables>,
    const Fields,
    const Shown extends string = never,
    const Filters = {},
    const Orders extends string = never,
    Projected extends object = ShownBody<TableOf<Tables, Name>, Fields, Shown>,
    const Without extends ActionName = never,
    const Bin = undefined,
    const ShowTo = {},
    const Csv = undefined,
  >(
    options: CrudOptions<
      Tables,
      Name,
      Permission,
      Fields,
      Shown,
      Filters,
      Orders,
      Projected,
      Without,
      Bin,
      ShowTo,
      Csv,
      PolicyName
    >,
  ): CrudRows<
    Tables,
    TableOf<Tables, Name>,
    Permission,
    OfferedProcedures<
      AllProcedures<
        TableOf<Tables, Name>,
        Fields,
        Filters,
        Orders,
        CrudRow<Projected & ShownTo<TableOf<Tables, Name>, ShowTo>>
      >,
      Without,
      Bin,
      Csv
    >,
    CrudRow<Projected & ShownTo<TableOf<Tables, Name>, ShowTo>>
  > {
    // The casts: outside, everything is typed by its table; inside, it works with the tables of any app.
    const table = app.tables.postgres[options.table] as unknown as CrudTable;
    const erased = options as unknown as AnyCrudOptions;
    const procedures = app.procedures as unknown as Procedures;
    requireTableAndScope(app.tables.postgres, erased);
    const model = buildModel(erased, { tables: app.tables.postgres, table }, procedures.rowCan as unknown as RowCan);
    return { procedures: buildProcedures(procedures, model, erased, table), ...buildRows(model) } as never;
  };
}

function buildProcedures(
  { procedureWith }: Procedures,
  model: Model,
  options: AnyCrudOptions,
  table: CrudTable,
): Record<string, AnyProcedure> {
  const { create, update } = fieldSchemas(table, options.fields);
  const key = IdempotencyKey.optional();
  const row = z.strictObject({ id: Id, version: Version });
  const rows = z
    .array(row)
    .min(1, "Name at least one row.")
    .max(mostAtOnce, `At most ${mostAtOnce} rows at once.`)
    .refine((named) => new Set(named.map(({ id }) => id)).size === named.length, "Name each row once.");
  const one = z.strictObject({ id: Id, version: Version.optional(), key });
  const at = (action: ActionName) => procedureWith(rulePartsOf(model, action));
  const named = (action: ActionName) => `${model.tableName}.${action}`;

  const procedures: Readonly<Record<ActionName, () => AnyProcedure>> = {
    list: () =>
      at("list")
        .input(listInput(table, model.declared))
        .query(({ ctx, input }) => readPage(model, ctx, input ?? {}, ctx.db)),
    get: () =>
      at("get")
        .input(z.strictObject({ id: Id }))
        .query(async ({ ctx, input }) => {
          const found = await readRow(model, ctx, input.id, ctx.db);
          if (found === null) throw notFound();
          return found;
        }),
    create: () =>
      at("create")
        .input(createInput(create))
        .mutation(({ ctx, input }) => createRow(model, ctx, named("create"), input)),
    update: () =>
      at("update")
        .input(updateInput(update))
        .mutation(({ ctx, input }) => updateRow(model, ctx, named("update"), input)),
    remove: () =>
      at("remove")
        .input(one)
        .mutation(({ ctx, input }) => removeRow(model, ctx, named("remove"), input)),
    updateMany: () =>
      at("updateMany")
        .input(z.strictObject({ rows, changes: z.strictObject(update), key }))
        .mutation(({ ctx, input }) => updateRows(model, ctx, named("updateMany"), input)),
    removeMany: () =>
      at("removeMany")
        .input(z.strictObject({ rows, key }))
        .mutation(({ ctx, input }) => removeRows(model, ctx, named("removeMany"), input)),
    restore: () =>
      at("restore")
        .input(one)
        .mutation(({ ctx, input }) => restoreRow(model, ctx, named("restore"), input)),
    purge: () =>
      at("purge")
        .input(one)
        .mutation(({ ctx, input }) => purgeRow(model, ctx, named("purge"), input)),
    purgeMany: () =>
      at("purgeMany")
        .input(z.strictObject({ rows, key }))
        .mutation(({ ctx, input }) => purgeRows(model, ctx, named("purgeMany"), input)),
    live: () =>
      procedureWith(rulePartsOf(model, "live"), { watches: model.watches })
        .input(liveInput(table, model.declared))
        .subscription(({ ctx, input }) => liveRows(model, ctx, input ?? {})),
    export: () =>
      at("export")
        .input(exportInput(table, model.declared))
        .query(({ ctx, input }) => exportRows(model, ctx, input ?? {}, ctx.db)),
  };
  const offered = Object.keys(model.rules) as ActionName[];
  const built = offered.map((action) => [action, procedures[action]()] as const);
  for (const [, procedure] of built) rememberModel(procedure, model);
  return Object.fromEntries(built);
}

function rulePartsOf(model: Model, action: ActionName) {
  const { access: _, ...parts } = model.rules[action] ?? { access: "user" as const };
  // The cast: the permissions were checked to be the app's own where the options were written.
  return parts as Parameters<Procedures["procedureWith"]>[0];
}
