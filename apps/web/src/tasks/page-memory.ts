import type { ShownTask } from "./task.ts";

/** Rows of a long list that are read, and kept true, together. */
export const rowsPerPage = 100;

/** The pages of a long list as they were last seen: shown when one comes back, until it is live again. */
export interface PageMemory {
  /** Empty where it has not been seen. */
  readonly get: (page: number) => readonly ShownTask[];
  readonly keep: (page: number, rows: readonly ShownTask[]) => void;
}

export function createPageMemory(): PageMemory {
  const pages = new Map<number, readonly ShownTask[]>();
  return {
    get: (page) => pages.get(page) ?? [],
    keep(page, rows) {
      pages.delete(page);
      pages.set(page, rows);
      const [oldest] = pages.keys();
      if (pages.size > mostPages && oldest !== undefined) pages.delete(oldest);
    },
  };
}

const mostPages = 50;
