import type { CoreTables, Database } from "@countersign/db";

/** How many statements were read with. */
export interface Reads {
  readonly reads: number;
  readonly sessionReads: number;
}

/**
 * The same database, which counts the statements that it reads with outside of transactions: those built by the query
 * builder, and those prepared, which are what sessions and rights are read with.
 */
export function countReads<Tables extends CoreTables>(
  db: Database<Tables>,
): { readonly db: Database<Tables>; readonly take: () => Reads } {
  let [reads, sessionReads] = [0, 0];

  const counted: Pick<Database<Tables>, "select" | "selectDistinct" | "$count" | "prepare"> = {
    // The casts: each hands on what it was given.
    select: ((...columns: Parameters<typeof db.select>) => {
      reads += 1;
      return db.select(...columns);
    }) as typeof db.select,
    selectDistinct: ((...columns: Parameters<typeof db.selectDistinct>) => {
      reads += 1;
      return db.selectDistinct(...columns);
    }) as typeof db.selectDistinct,
    $count: (...parameters) => {
      reads += 1;
      return db.$count(...parameters);
    },
    prepare<Row>(...parameters: Parameters<typeof db.prepare>) {
      const statement = db.prepare<Row>(...parameters);
      return {
        all(values) {
          sessionReads += 1;
          return statement.all(values);
        },
      };
    },
  };
  return {
    // On top of the real one: its other properties and its end stay what they are.
    db: Object.assign(Object.create(db) as Database<Tables>, counted),
    take() {
      const taken = { reads, sessionReads };
      [reads, sessionReads] = [0, 0];
      return taken;
    },
  };
}
