import type { Queries } from "./database.ts";

/** The part of a drizzle database that both dialects share. */
export function pickQueries(drizzle: Queries): Queries {
  return {
    $count: drizzle.$count.bind(drizzle),
    delete: drizzle.delete.bind(drizzle),
    insert: drizzle.insert.bind(drizzle),
    select: drizzle.select.bind(drizzle),
    selectDistinct: drizzle.selectDistinct.bind(drizzle),
    update: drizzle.update.bind(drizzle),
  };
}

/** Does the statement, as drizzle writes it, only read? */
export function isRead(text: string): boolean {
  return /^[\s(]*select\b/i.test(text);
}
