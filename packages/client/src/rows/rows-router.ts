import type { LiveRow } from "@countersign/contract";

/**
 * What of tRPC's client a router of rows has to have, as `rpc.task` of a `crudRouter`: its types are read from it, so that
 * nothing has to be said twice. Changing rows needs `create`, `update`, `remove`, `restore` and `purge`, each where there is one.
 */
export interface RowsRouter {
  readonly list: { readonly query: (input: never) => PromiseLike<{ readonly rows: readonly LiveRow[] }> };
  readonly live: { readonly subscribe: (input: never, observer: never) => unknown };
}

/** A row as the router sends it. */
export type RowOf<Router extends RowsRouter> = Awaited<ReturnType<Router["list"]["query"]>>["rows"][number];

/** A query may be left out, which tRPC types as `void`. */
type QueryOf<Router extends RowsRouter> = Extract<Parameters<Router["live"]["subscribe"]>[0], object>;

type Part<Query, Name extends string> = Name extends keyof Query ? NonNullable<Query[Name]> : never;

/** Which rows: the columns the router declares, by the comparisons it declares for them. */
export type FilterOf<Router extends RowsRouter> = Part<QueryOf<Router>, "filter">;

export type OrderOf<Router extends RowsRouter> = Part<QueryOf<Router>, "order">;

type MutationInput<Router, Action extends string> = Router extends {
  readonly [Name in Action]: { readonly mutate: infer Mutate extends (input: never) => unknown };
}
  ? Parameters<Mutate>[0]
  : never;

type OmitFrom<Input, Name extends string> = Input extends unknown ? Omit<Input, Name> : never;

/** What a new row is made of. */
export type NewRowOf<Router extends RowsRouter> = OmitFrom<MutationInput<Router, "create">, "key">;

/** What may be changed in a row. */
export type ChangesOf<Router extends RowsRouter> = OmitFrom<MutationInput<Router, "update">, "id" | "version" | "key">;

type NamesOf<Input> = Input extends unknown ? keyof Input : never;

/** The fields a form may have: those of a new row, and those that may be changed in one. */
export type FieldNameOf<Router extends RowsRouter> = Extract<
  NamesOf<NewRowOf<Router>> | NamesOf<ChangesOf<Router>>,
  string
>;

type FieldOf<Input, Name> = Input extends unknown ? (Name extends keyof Input ? Input[Name] : never) : never;

/** What these fields hold while they are written. */
export type FormValues<Router extends RowsRouter, Names extends string> = {
  readonly [Name in Names]: Exclude<FieldOf<NewRowOf<Router>, Name> | FieldOf<ChangesOf<Router>, Name>, undefined>;
};

/** All of a row but what the server alone gives it. */
export type PreviewOf<Router extends RowsRouter> = OmitFrom<RowOf<Router>, "id" | "version" | "$can">;

/** What a list is asked for. */
export interface ListQuery<Filter = object, Order = RowOrder> {
  readonly search?: string | undefined;
  readonly filter?: Filter | undefined;
  readonly order?: Order | undefined;
  /** The removed rows instead of the others. */
  readonly removed?: boolean | undefined;
}

export interface RowOrder {
  readonly by: string;
  readonly direction?: "asc" | "desc" | undefined;
}
