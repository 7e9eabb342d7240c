import { z } from "zod";

import type { CrudTable } from "../definition/table.ts";
import { columnOf } from "../scope/column.ts";

import { type Operator, operandSchema, Pattern } from "./operators.ts";
import type { Direction } from "./order.ts";

/** A text of a thousand characters fits in, as it is written there. */
const longestCursor = 16_384;

/** What a list may be asked for; everything else is refused by name. */
export interface Declared {
  readonly search: readonly string[];
  readonly filters: Readonly<Record<string, readonly Operator[]>>;
  readonly orders: readonly string[];
  readonly mostRows: number;
  readonly mostSkipped: number;
  readonly mostSearched: number;
  readonly hasBin: boolean;
}

/** What a list is asked for, parsed. */
export interface ListQuery {
  readonly search?: string | undefined;
  readonly filter?: Readonly<Record<string, Readonly<Partial<Record<Operator, unknown>>> | undefined>> | undefined;
  readonly order?: { readonly by: string; readonly direction?: Direction | undefined } | undefined;
  readonly limit?: number | undefined;
  readonly offset?: number | undefined;
  readonly cursor?: string | null | undefined;
  /** Is the total wanted? */
  readonly count?: boolean | undefined;
  /** The removed rows instead of the others. */
  readonly removed?: boolean | undefined;
}

/** The parts that lists and live lists share. */
export function querySchemas(table: CrudTable, declared: Declared) {
  const filters = Object.entries(declared.filters).map(([name, operators]) => {
    const column = columnOf(table, name);
    const operands = operators.map((operator) => [operator, operandSchema(operator, column).optional()]);
    return [name, z.strictObject(Object.fromEntries(operands)).optional()];
  });
  return {
    ...(declared.search.length === 0 ? {} : { search: Pattern.optional() }),
    ...(filters.length === 0 ? {} : { filter: z.strictObject(Object.fromEntries(filters)).optional() }),
    ...(declared.orders.length === 0
      ? {}
      : {
          order: z
            .strictObject({ by: z.enum(declared.orders), direction: z.enum(["asc", "desc"]).optional() })
            .optional(),
        }),
    ...(declared.hasBin ? { removed: z.boolean().optional() } : {}),
    limit: z.int().min(1).max(declared.mostRows, `At most ${declared.mostRows} rows at once.`).optional(),
    offset: z
      .int()
      .min(0)
      .max(declared.mostSkipped, `At most ${declared.mostSkipped}; search or filter to get further.`)
      .optional(),
    count: z.boolean().optional(),
  };
}

/** What `list` is called with. */
export function listInput(table: CrudTable, declared: Declared): z.ZodType<ListQuery | undefined> {
  const schema = z
    .strictObject({ ...querySchemas(table, declared), cursor: z.string().max(longestCursor).nullish() })
    .refine(({ cursor, offset }) => (cursor ?? null) === null || offset === undefined, {
      path: ["offset"],
      message: "Give a cursor or an offset, not both.",
    })
    .optional();
  // The cast: its shape depends on what is declared, and is a part of this in any case.
  return schema as z.ZodType<ListQuery | undefined>;
}

/** What `export` is called with: all that fits goes into the file. */
export function exportInput(table: CrudTable, declared: Declared): z.ZodType<ListQuery | undefined> {
  const { limit: _, offset: __, count: ___, ...asked } = querySchemas(table, declared);
  return z.strictObject(asked).optional() as z.ZodType<ListQuery | undefined>;
}

/** What `live` is called with: tRPC adds `lastEventId` when a client resumes. */
export function liveInput(table: CrudTable, declared: Declared): z.ZodType<LiveQuery | undefined> {
  const schema = z.strictObject({ ...querySchemas(table, declared), lastEventId: z.string().max(64).optional() });
  return schema.optional() as z.ZodType<LiveQuery | undefined>;
}

export type LiveQuery = ListQuery & { readonly lastEventId?: string | undefined };
