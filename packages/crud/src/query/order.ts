export type Direction = "asc" | "desc";

/** A list's order: by one column, equal ones by id, so that it is the same each time. Nulls come last. */
export interface Order {
  readonly by: string;
  readonly direction: Direction;
}
