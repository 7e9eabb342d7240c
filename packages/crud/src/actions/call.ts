import type { CrudContext } from "./crud-context.ts";

/** An input that may carry an idempotency key. */
export type Keyed<Input> = Input & { readonly key?: string | undefined };

/** All that is kept of a row that was answered: the rest is read anew, by the rights of then. */
export function keepId({ id }: { readonly id: string }): { readonly id: string } {
  return { id };
}

/** Nothing is: the call says itself which row it was. */
export function keepNothing(): Record<string, never> {
  return {};
}

/** What `once` knows a call by. */
export function callOf(ctx: CrudContext, procedure: string, input: Keyed<object>) {
  return { userId: ctx.user.id, procedure, key: input.key, input, now: ctx.caller.services.clock.now() };
}
