import type { Site } from "../site.ts";

/** Something that has to hold through a proxy as it does without one. */
export interface Check {
  /** A sentence about behaviour; cases of docs/acceptance.md by their ids. */
  readonly title: string;
  /** Throws when it does not hold. What it returns is said beside the title. */
  readonly run: (site: Site) => Promise<string | void>;
}
