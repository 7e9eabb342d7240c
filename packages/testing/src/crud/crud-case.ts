import type { CrudScene } from "./crud-scene.ts";
import type { CrudWorld } from "./crud-world.ts";

/** A case of the suite. */
export interface CrudCase {
  /** The ids of docs/acceptance.md it shows, and what it shows. */
  readonly title: string;
  /** Why it does not apply to this router; null when it does. */
  readonly skip: (scene: CrudScene) => string | null;
  /** @throws when the router does not do what the title says. */
  readonly run: (world: CrudWorld) => Promise<void>;
}
