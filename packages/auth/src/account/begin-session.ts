import { eq } from "drizzle-orm";

import type { Transaction } from "@countersign/db";

import type { Principal } from "../session/principal.ts";
import type { NewSession } from "../session/session-engine.ts";
import { hashToken } from "../session/token.ts";

import type { AccountContext, SignInOrigin } from "./account-context.ts";

interface Beginning {
  readonly userId: string;
  readonly remember: boolean;
  readonly from: SignInOrigin;
  /** When the user showed who they are; now, when it is left out. */
  readonly authenticatedAt?: Date | undefined;
}

/**
 * Begins a session in place of the one the browser came with: no token outlives the sign-in after it. A session of the
 * same user is kept under a new token, so that the browser's other tabs move over to it; any other ends. What was kept for
 * the visitor, and what this browser keeps of the session before, goes into the new one.
 */
export async function beginSession(context: AccountContext, tx: Transaction, options: Beginning): Promise<NewSession> {
  const { presented, visitorHash = null } = options.from;
  // Before the other session ends, and its data with it.
  const data = await context.sessionData.takeOver(tx, { presented, visitorHash, userId: options.userId });
  const begun = await begin(context, tx, options);
  // Whatever a session that goes on had from a provider was of the sign-in before.
  const { providerSessions } = tx.tables;
  await tx.delete(providerSessions).where(eq(providerSessions.sessionId, begun.session.id));
  await context.sessionData.write(tx, { kind: "session", id: begun.session.id }, data);
  return begun;
}

async function begin({ sessions }: AccountContext, tx: Transaction, options: Beginning): Promise<NewSession> {
  const { userId, remember, authenticatedAt } = options;
  const { presented, presentedTokenHash, ip, userAgent } = options.from;
  if (presented && presented.user.id === userId && presented.session.impersonatedBy === null && presentedTokenHash) {
    const renewed = { remember, ip, userAgent, authenticatedAt };
    const rotated = await sessions.rotate(tx, presented.session.id, { ifTokenHash: presentedTokenHash, renewed });
    // A sign-in beside this one was faster: its token is the browser's, and stays good, whichever answer comes last.
    return rotated ?? sessions.create(tx, { userId, ...renewed });
  }
  if (presented) await sessions.end(tx, { userId: presented.user.id, sessionId: presented.session.id }, "replaced");
  else if (presentedTokenHash) await removeOver(tx, presentedTokenHash);
  return sessions.create(tx, { userId, remember, ip, userAgent, authenticatedAt });
}

/** What the browser came with opened nothing any more. From here on an answer to it takes no cookie away either. */
async function removeOver(tx: Transaction, tokenHash: string): Promise<void> {
  const { sessions } = tx.tables;
  await tx.delete(sessions).where(eq(sessions.tokenHash, tokenHash));
}

/** Reads who holds a session that has just been committed. Null when it was taken away at once. */
export async function readNewPrincipal({ sessions }: AccountContext, { token }: NewSession): Promise<Principal | null> {
  const tokenHash = hashToken(token);
  return tokenHash === null ? null : sessions.validate(tokenHash);
}
