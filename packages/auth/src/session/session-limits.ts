import { and, gt, lte, or, type SQL } from "drizzle-orm";

import type { CoreTables } from "@countersign/db";

type Sessions = CoreTables["sessions"];

/**
 * A limit after this is none that this program has set, and may be none that it can read: PostgreSQL keeps `infinity`. A session
 * without an end that anybody could tell is not one that lasts for ever, but one that is over.
 */
const lastLimit = new Date("9999-12-31T23:59:59.999Z");

/** Is the session within both of its limits? */
export function isRunning(sessions: Sessions, now: Date): SQL | undefined {
  const { expiresAt, absoluteExpiresAt } = sessions;
  const isWithin = and(gt(expiresAt, now), gt(absoluteExpiresAt, now));
  return and(isWithin, lte(expiresAt, lastLimit), lte(absoluteExpiresAt, lastLimit));
}

/** The opposite. */
export function isOver(sessions: Sessions, now: Date): SQL | undefined {
  const { expiresAt, absoluteExpiresAt } = sessions;
  const isBeyond = or(lte(expiresAt, now), lte(absoluteExpiresAt, now));
  return or(isBeyond, gt(expiresAt, lastLimit), gt(absoluteExpiresAt, lastLimit));
}

/** Is a session that was read within both of its limits? What is no instant is no limit that is still to come. */
export function isWithinLimits(
  { expiresAt, absoluteExpiresAt }: { readonly expiresAt: Date; readonly absoluteExpiresAt: Date },
  now: number,
): boolean {
  return now < expiresAt.getTime() && now < absoluteExpiresAt.getTime();
}

/** When the session ends, in milliseconds; 0, long ago, where a limit cannot be told. */
export function endOf(limits: { readonly expires_at: number; readonly absolute_expires_at: number }): number {
  const { expires_at: expiresAt, absolute_expires_at: absoluteExpiresAt } = limits;
  return isKnown(expiresAt) && isKnown(absoluteExpiresAt) ? Math.min(expiresAt, absoluteExpiresAt) : 0;
}

/** Is it an instant that may be reckoned with? None that was set by hand to what cannot be read (NaN), or lies beyond all calendars. */
export function isKnown(instant: number): boolean {
  return instant <= lastLimit.getTime();
}
