import type { Database } from "@countersign/db";

type Text = Parameters<Database["prepare"]>[1];

export interface WatchedReads {
  /** The database to hand on. */
  readonly db: Database;
  /** How often each prepared read was sent. */
  readonly sent: Readonly<Record<string, number>>;
  /** What each says. */
  readonly texts: Readonly<Record<string, Text>>;
}

/** A database that tells of the prepared reads sent through it. */
export function watchReads(db: Database): WatchedReads {
  const sent: Record<string, number> = {};
  const texts: Record<string, Text> = {};
  return {
    sent,
    texts,
    db: {
      ...db,
      prepare<Row>(name: string, text: Text) {
        const statement = db.prepare<Row>(name, text);
        texts[name] = text;
        return {
          all(parameters: readonly unknown[]) {
            sent[name] = (sent[name] ?? 0) + 1;
            return statement.all(parameters);
          },
        };
      },
    },
  };
}
