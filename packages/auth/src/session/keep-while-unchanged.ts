import type { Database } from "@countersign/db";

import type { Clock } from "../clock.ts";

import type { Principal } from "./principal.ts";

type ReadPrincipal = (tokenHash: string) => Promise<Principal | null>;

/** So many who ask are answered together; the first ones do not wait for the rest of a crowd. */
const batchSize = 16;
/** How many principals are kept. Beyond it those read first are forgotten, and read again when needed. */
const defaultCapacity = 10_000;

/**
 * Validates as `read` does, at a fraction of the cost where the database can tell whether anything was committed (SQLite):
 * then a principal that was read is what would be read again, and asking the database that is as strict as reading.
 *
 * Those who ask in one turn of the event loop are answered together, by the version as it is after they asked: never by
 * one, and never by a reading, from before.
 */
export function keepWhileUnchanged(options: {
  readonly db: Database;
  readonly clock: Clock;
  readonly read: ReadPrincipal;
  readonly capacity?: number;
}): ReadPrincipal {
  const { db, clock, read, capacity = defaultCapacity } = options;
  const { dataVersion } = db;
  if (dataVersion === null) return read;
  const readVersion = dataVersion;
  const kept = new Map<string, Principal>();
  let keptVersion: number | null = null;
  let asked: Map<string, PromiseWithResolvers<Principal | null>> | null = null;
  let waiting = 0;
  let isScheduled = false;

  function answerAll(): void {
    const questions = asked ?? new Map<string, PromiseWithResolvers<Principal | null>>();
    // From here on a new batch begins.
    asked = null;
    waiting = 0;
    if (questions.size === 0) return;
    try {
      const version = readVersion();
      if (version === null || version !== keptVersion) kept.clear();
      keptVersion = version;
      for (const [tokenHash, { resolve }] of questions) resolve(findKept(tokenHash) ?? readAndKeep(tokenHash, version));
    } catch (error) {
      for (const { reject } of questions.values()) reject(error);
    }
  }

  function findKept(tokenHash: string): Principal | null {
    const principal = kept.get(tokenHash);
    // Nothing is written down when a session ends by the clock.
    return principal !== undefined && isWithinLimits(principal, clock.now()) ? principal : null;
  }

  async function readAndKeep(tokenHash: string, version: number | null): Promise<Principal | null> {
    const principal = await read(tokenHash);
    // Read after the version was: if anything was committed in between, the next version is another one.
    if (principal === null || version === null || version !== keptVersion) return principal;
    kept.set(tokenHash, principal);
    const [oldest] = kept.size > capacity ? kept.keys() : [];
    if (oldest !== undefined) kept.delete(oldest);
    return principal;
  }

  function answerSoon(): void {
    isScheduled = true;
    setImmediate(() => {
      isScheduled = false;
      answerAll();
    });
  }

  return (tokenHash) => {
    asked ??= new Map();
    let question = asked.get(tokenHash);
    if (!question) {
      question = Promise.withResolvers();
      asked.set(tokenHash, question);
    }
    waiting += 1;
    if (waiting >= batchSize) answerAll();
    else if (!isScheduled) answerSoon();
    return question.promise;
  };
}

function isWithinLimits({ session }: Principal, now: number): boolean {
  return now < session.expiresAt.getTime() && now < session.absoluteExpiresAt.getTime();
}
