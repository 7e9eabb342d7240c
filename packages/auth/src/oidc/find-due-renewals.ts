import { setImmediate as nextTurn } from "node:timers/promises";

import { and, eq, inArray, isNotNull, lte } from "drizzle-orm";

import { isRunning } from "../session/session-limits.ts";

import { earlyMs } from "./look-at-token.ts";
import type { OidcContext } from "./oidc-context.ts";
import { isUnlocked } from "./renewal-lock.ts";
import type { RenewalWanted } from "./renewals.ts";

/** Sessions looked up by one statement. */
const chunkSize = 200;

/**
 * Which of these sessions live and have a token that is about to end, and can be renewed, and that nobody is renewing: the one
 * first that ends first. Looked up by their keys, some at a time: how many others are kept costs nothing.
 */
export async function findDueRenewals(
  context: OidcContext,
  sessionIds: Iterable<string>,
): Promise<readonly RenewalWanted[]> {
  const found: (RenewalWanted & { readonly endsAt: number })[] = [];
  for (const chunk of inChunks(sessionIds)) {
    for (const { sessionId, provider, accessExpiresAt, ...owner } of await findOf(context, chunk)) {
      // Not by the statement: SQLite would go through all that is kept of that provider.
      if (context.providers.get(provider)?.renewUnasked !== true) continue;
      found.push({ sessionId, provider, owner, endsAt: accessExpiresAt?.getTime() ?? 0 });
    }
    // SQLite answers at once: whoever calls meanwhile is to be answered in between.
    await nextTurn();
  }
  return found.toSorted((one, other) => one.endsAt - other.endsAt);
}

function* inChunks(sessionIds: Iterable<string>): Iterable<string[]> {
  const all = [...sessionIds];
  for (let from = 0; from < all.length; from += chunkSize) yield all.slice(from, from + chunkSize);
}

async function findOf({ clock, db }: OidcContext, sessionIds: string[]) {
  const { providerSessions, sessions, users } = db.tables;
  const now = new Date(clock.now());
  return db
    .select({
      sessionId: providerSessions.sessionId,
      provider: providerSessions.provider,
      accessExpiresAt: providerSessions.accessExpiresAt,
      id: users.id,
      username: users.username,
    })
    .from(providerSessions)
    .innerJoin(sessions, eq(sessions.id, providerSessions.sessionId))
    .innerJoin(users, eq(users.id, sessions.userId))
    .where(
      and(
        inArray(providerSessions.sessionId, sessionIds),
        isNotNull(providerSessions.refreshToken),
        lte(providerSessions.accessExpiresAt, new Date(now.getTime() + earlyMs)),
        isUnlocked(db),
        isRunning(sessions, now),
        eq(users.isActive, true),
      ),
    );
}
