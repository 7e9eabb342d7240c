import { lt } from "drizzle-orm";

import { idempotencyLifetimeMs } from "./procedure/idempotent.ts";
import type { Services } from "./services.ts";

const everyMs = 10 * 60 * 1000;

/** Removes what is past its time: ended sessions, kept answers, old events. Returns the way to stop. */
export function startMaintenance(services: Services): () => void {
  const timer = setInterval(() => void sweep(services), everyMs).unref();
  return () => clearInterval(timer);
}

async function sweep({ auth, clock, db, files, log, notifications }: Services): Promise<void> {
  try {
    const { idempotencyKeys } = db.tables;
    await auth.sessions.prune();
    await auth.links.prune();
    await auth.oidc.prune();
    await auth.sessionData.prune();
    await auth.audit.prune();
    await notifications.prune();
    await auth.throttle.prune();
    await files?.sweep();
    await db
      .delete(idempotencyKeys)
      .where(lt(idempotencyKeys.createdAt, new Date(clock.now() - idempotencyLifetimeMs)));
  } catch (error) {
    log.warn({ err: error }, "Old rows could not be removed; the next sweep tries again");
  }
}
