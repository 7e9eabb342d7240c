import { vi } from "vitest";

import type { Database, ExternalChange } from "@countersign/db";

export interface HeardNotices {
  /** Resolves when all has been heard that was committed before it was asked. */
  settled(): Promise<void>;
  stop(): Promise<void>;
}

let asked = 0;

/** Listens to what the database tells, and knows when all of it has come: PostgreSQL tells in the order of commits. */
export async function hearNotices(db: Database, onChange: (change: ExternalChange) => void): Promise<HeardNotices> {
  const heard = new Set<string>();
  const mark = db.prepare("mark", { sqlite: "", postgres: "select pg_notify('countersign_changes', $1)" });
  const stop = await db.watchExternalChanges(
    (change) => {
      if (change.kind === "rows") heard.add(change.topic);
      onChange(change);
    },
    { pollMs: 50 },
  );
  return {
    stop,
    async settled() {
      asked += 1;
      const topic = `rows:mark:${asked}`;
      await mark.all([topic]);
      await vi.waitUntil(() => heard.delete(topic), { interval: 1, timeout: 5000 });
    },
  };
}
