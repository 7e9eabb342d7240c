import type { CrudOptions } from "../../crud/crud-options.ts";

/** A router with one defect, and the cases that must find it: all of them, in their order, and no others. */
export interface Broken {
  readonly rows: "notes" | "tasks";
  readonly procedures: Readonly<Record<string, unknown>>;
  readonly fails: readonly string[];
  /** What is promised of it besides. */
  readonly promises?: Pick<CrudOptions, "ownedBy">;
}

/** By what is wrong with them. */
export type BrokenRouters = Readonly<Record<string, Broken>>;
