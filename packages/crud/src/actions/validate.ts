import type { Transaction } from "@countersign/db";
import { invalidFields } from "@countersign/rpc";

import type { AnyRow, Model } from "../definition/model.ts";

import type { CrudContext } from "./crud-context.ts";

/** @throws BAD_REQUEST with the fields that the app's `validate` names. */
export async function validate(
  model: Model,
  values: Readonly<Record<string, unknown>>,
  before: AnyRow | null,
  ctx: CrudContext,
  tx: Transaction,
): Promise<void> {
  const faults = await model.hooks.validate?.(values, before, { ctx, tx });
  if (faults && Object.keys(faults).length > 0) throw invalidFields(faults);
}
