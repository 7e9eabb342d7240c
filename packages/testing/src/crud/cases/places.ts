import type { Values } from "../crud-options.ts";
import type { CrudWorld } from "../crud-world.ts";
import type { Person } from "../person.ts";

/** Filters that name a person's own place, as in `{ projectId: { eq: … } }`. */
export function placesOf({ scene }: CrudWorld, { place }: Person): readonly Values[] {
  const { filters } = scene.definition.query;
  return Object.entries(scene.options.sample?.(place, 1) ?? {}).flatMap(([name, value]) =>
    scene.references[name] !== undefined && filters[name]?.includes("eq") ? [{ [name]: { eq: value } }] : [],
  );
}
