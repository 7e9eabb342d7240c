import { notFound } from "@countersign/rpc";

import type { Model, Reader } from "../definition/model.ts";
import { readRow } from "../query/read-rows.ts";
import type { SentRow } from "../query/send-rows.ts";

import type { CrudContext } from "./crud-context.ts";

/**
 * What a call is answered that was carried out before and is sent again with its key: the row as it is now, by the rights of
 * now. The first answer is not given again: the right to it may be gone since, or that to one of its columns.
 *
 * @throws NOT_FOUND
 */
export async function showAgain(model: Model, ctx: CrudContext, id: string, reader: Reader): Promise<SentRow> {
  const row = await readRow(model, ctx, id, reader);
  if (row === null) throw notFound();
  return row;
}
