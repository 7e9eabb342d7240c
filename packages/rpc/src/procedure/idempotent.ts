import { createHash } from "node:crypto";

import { and, eq, gte, lt } from "drizzle-orm";
import { z } from "zod";

import type { Transaction } from "@countersign/db";

import { CallError } from "./call-error.ts";

/** A key the client makes for one intended change and sends again with each retry of it. */
export const IdempotencyKey = z.string().regex(/^[\w-]{8,64}$/, "Use 8 to 64 letters, digits, - or _.");

/** How long an answer is kept, in milliseconds. */
export const idempotencyLifetimeMs = 24 * 60 * 60 * 1000;

/**
 * Runs `act` once for a key, also when a retry runs at once or on another replica: the retry does not act. What it is answered
 * `again` says: by the rights of now, as those of the first time may be gone. It is given what was kept of the first answer,
 * which must be JSON, and throws what reading it now would throw. Keys are each user's own. Part of the caller's transaction.
 *
 * @throws CONFLICT (`KEY_REUSED`) when the key came with another input before.
 */
export async function once<Result, Kept = Result>(
  tx: Transaction,
  call: {
    readonly userId: string;
    readonly procedure: string;
    readonly key: string | undefined;
    readonly input: unknown;
    readonly now: number;
  },
  act: () => Promise<Result>,
  again: (first: Kept) => Result | Promise<Result>,
  /** What of the answer is kept for `again`, for a day and whatever becomes of the rows: all of it, unless this says less. */
  keep: (result: Result) => Kept = (result) => result as unknown as Kept,
): Promise<Result> {
  const { userId, procedure, key, now } = call;
  if (key === undefined) return act();

  const { idempotencyKeys } = tx.tables;
  const isThis = and(
    eq(idempotencyKeys.userId, userId),
    eq(idempotencyKeys.procedure, procedure),
    eq(idempotencyKeys.key, key),
  );
  const inputHash = hashInput(call.input);
  await tx
    .delete(idempotencyKeys)
    .where(and(isThis, lt(idempotencyKeys.createdAt, new Date(now - idempotencyLifetimeMs))));
  // Inserted first, with a result to come: of two at once, the other waits here until this one has committed.
  const taken = await tx
    .insert(idempotencyKeys)
    .values({ userId, procedure, key, inputHash, result: {}, createdAt: new Date(now) })
    .onConflictDoNothing()
    .returning({ key: idempotencyKeys.key });
  if (taken.length === 0) {
    const [first] = await tx.select().from(idempotencyKeys).where(isThis);
    if (first?.inputHash !== inputHash) {
      throw new CallError("CONFLICT", "This key was used for something else. Make a new one.", {
        reason: "KEY_REUSED",
      });
    }
    // The cast: what was stored under this procedure's name is what it kept.
    return again(first.result as Kept);
  }

  const result = await act();
  await tx
    .update(idempotencyKeys)
    .set({ result: keep(result) })
    .where(isThis);
  return result;
}

/** What a call with this key was answered, when it has been committed; null when it has not, or by another name. */
export async function findOutcome(
  db: Pick<Transaction, "select" | "tables">,
  call: { readonly userId: string; readonly procedure: string; readonly key: string | undefined; readonly now: number },
): Promise<unknown> {
  if (call.key === undefined) return null;
  const { idempotencyKeys } = db.tables;
  const isThis = and(
    eq(idempotencyKeys.userId, call.userId),
    eq(idempotencyKeys.procedure, call.procedure),
    eq(idempotencyKeys.key, call.key),
    gte(idempotencyKeys.createdAt, new Date(call.now - idempotencyLifetimeMs)),
  );
  const [found] = await db.select({ result: idempotencyKeys.result }).from(idempotencyKeys).where(isThis);
  return found?.result ?? null;
}

function hashInput(input: unknown): string {
  return createHash("sha256")
    .update(JSON.stringify(canonicalOf(input)) ?? "")
    .digest("hex");
}

/**
 * The same fields in another order are the same input.
 *
 * @throws on what JSON would not tell from others of its kind, as a Map: two inputs would pass for one.
 */
function canonicalOf(value: unknown): unknown {
  if (value instanceof Date) return ["date", value.getTime()];
  if (Array.isArray(value)) return ["list", ...value.map(canonicalOf)];
  if (typeof value === "bigint") return ["bigint", String(value)];
  if (typeof value !== "object" || value === null) return value;
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype !== Object.prototype && prototype !== null) {
    throw new Error(
      `An input with a key may hold plain data and dates, and this one holds a ${value.constructor.name}.`,
    );
  }
  const entries = Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1));
  return ["fields", ...entries.map(([name, inner]) => [name, canonicalOf(inner)])];
}
