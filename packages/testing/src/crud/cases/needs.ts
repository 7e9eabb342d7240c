import type { CrudScene } from "../crud-scene.ts";

/** A case that applies where the router has all these procedures. `a row`: where there is a way to make one. */
export function needs(...actions: readonly string[]): (scene: CrudScene) => string | null {
  return ({ definition, options }) => {
    const has = (action: string) => definition.procedures.has(action);
    const missing = actions.filter((each) => (each === "a row" ? !has("create") && !options.make : !has(each)));
    return missing.length === 0 ? null : `the router has no ${missing.join(", ")}`;
  };
}

/** The first reason of several not to apply. */
export function allOf(
  ...reasons: readonly ((scene: CrudScene) => string | null)[]
): (scene: CrudScene) => string | null {
  return (scene) => reasons.map((reason) => reason(scene)).find((reason) => reason !== null) ?? null;
}
