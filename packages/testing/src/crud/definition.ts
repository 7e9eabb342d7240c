import type { AnyRouter } from "@trpc/server";

import { listRules, type ListedProcedure } from "@countersign/rpc";

import { entriesOf, fieldsOf, greatestOf } from "./zod-shape.ts";

/** What a router says of itself. */
export interface Definition {
  /** The procedures of the rows, by the part of their name that follows the path. */
  readonly procedures: ReadonlyMap<string, ListedProcedure>;
  /** The schemas of what may be given with a new row, and with a change. */
  readonly create: Fields;
  readonly update: Fields;
  /** What lists may be asked for. */
  readonly query: {
    readonly accepts: ReadonlySet<string>;
    readonly filters: Readonly<Record<string, readonly string[]>>;
    readonly orders: readonly string[];
    /** Most rows of a page. */
    readonly mostRows: number;
  };
}

export type Fields = Readonly<Record<string, unknown>>;

/** What the library writes, and what every change carries. */
const carried = new Set(["id", "version", "key"]);

/**
 * Reads what is at `path`.
 *
 * @throws when nothing is.
 */
export function readDefinition(router: AnyRouter, path: string): Definition {
  const prefix = `${path}.`;
  const listed = listRules(router).filter((procedure) => procedure.path.startsWith(prefix));
  if (listed.length === 0) throw new Error(`The router has no procedure under "${path}". Name where the rows are.`);
  const asked = inputOf(router, `${path}.list`);
  return {
    procedures: new Map(listed.map((procedure) => [procedure.path.slice(prefix.length), procedure])),
    create: without(inputOf(router, `${path}.create`), carried),
    update: without(inputOf(router, `${path}.update`), carried),
    query: {
      accepts: new Set(Object.keys(asked)),
      filters: Object.fromEntries(
        Object.entries(fieldsOf(asked["filter"])).map(([name, operands]) => [name, Object.keys(fieldsOf(operands))]),
      ),
      orders: entriesOf(fieldsOf(asked["order"])["by"]),
      mostRows: greatestOf(asked["limit"]) ?? Infinity,
    },
  };
}

/** The fields of a procedure's input; none when there is no such procedure. */
function inputOf(router: AnyRouter, path: string): Fields {
  const procedures = router._def.procedures as Readonly<Record<string, WithInputs | undefined>>;
  return fieldsOf(procedures[path]?._def.inputs[0]);
}

interface WithInputs {
  readonly _def: { readonly inputs: readonly unknown[] };
}

function without(fields: Fields, names: ReadonlySet<string>): Fields {
  return Object.fromEntries(Object.entries(fields).filter(([name]) => !names.has(name)));
}
