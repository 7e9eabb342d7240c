import type { CoreTables } from "@countersign/db";

import type { CallContext } from "./call-context.ts";

/** Works something out for a call: its tenant, the name of its site. */
export type Provider<Tables extends CoreTables, Permission extends string> = (
  call: CallContext<Tables, Permission>,
) => unknown;

export type Providers<Tables extends CoreTables, Permission extends string> = Readonly<
  Record<string, Provider<Tables, Permission>>
>;

/** How a call gets at them: `await ctx.tenant()`. Worked out when asked for, at most once per call. */
export type Provided<All extends Readonly<Record<string, (call: never) => unknown>>> = {
  readonly [Name in keyof All]: () => ReturnType<All[Name]>;
};

/** The providers as functions of one call. */
export function createProvided<Tables extends CoreTables, Permission extends string>(
  providers: readonly (readonly [string, Provider<Tables, Permission>])[],
  call: CallContext<Tables, Permission>,
): Readonly<Record<string, () => unknown>> {
  const provided: Record<string, () => unknown> = {};
  for (const [name, provide] of providers) provided[name] = once(() => provide(call));
  return provided;
}

/** A failure is kept as well: asked twice, it fails twice, and has been tried once. */
function once(work: () => unknown): () => unknown {
  let outcome: { readonly value: unknown } | { readonly error: unknown } | null = null;
  return () => {
    outcome ??= attempt(work);
    if ("error" in outcome) throw outcome.error;
    return outcome.value;
  };
}

function attempt(work: () => unknown) {
  try {
    return { value: work() };
  } catch (error) {
    return { error };
  }
}
