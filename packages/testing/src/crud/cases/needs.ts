import type { CrudScene } from "../crud-scene.ts";

/** A case that applies where the router has all these procedures. */
export function needs(...actions: readonly string[]): (scene: CrudScene) => string | null {
  return ({ definition }) => {
    const missing = actions.filter((action) => !definition.procedures.has(action));
    return missing.length === 0 ? null : `the router has no ${missing.join(", ")}`;
  };
}

/** The first reason of several not to apply. */
export function allOf(
  ...reasons: readonly ((scene: CrudScene) => string | null)[]
): (scene: CrudScene) => string | null {
  return (scene) => reasons.map((reason) => reason(scene)).find((reason) => reason !== null) ?? null;
}
