import type { CrudContext } from "./crud-context.ts";

/** An input that may carry an idempotency key. */
export type Keyed<Input> = Input & { readonly key?: string | undefined };

/** What `once` knows a call by. */
export function callOf(ctx: CrudContext, procedure: string, input: Keyed<object>) {
  return { userId: ctx.user.id, procedure, key: input.key, input, now: ctx.caller.services.clock.now() };
}
