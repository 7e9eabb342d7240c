import type { Transaction } from "@countersign/db";

import type { Principal } from "../session/principal.ts";
import type { NewSession } from "../session/session-engine.ts";
import { hashToken } from "../session/token.ts";

import type { AccountContext, SignInOrigin } from "./account-context.ts";

/** Begins a session in place of the one the browser came with, which ends: no token outlives the sign-in after it. */
export async function beginSession(
  { sessions }: AccountContext,
  tx: Transaction,
  options: { readonly userId: string; readonly remember: boolean; readonly from: SignInOrigin },
): Promise<NewSession> {
  const { presented, ip, userAgent } = options.from;
  if (presented) await sessions.end(tx, { userId: presented.user.id, sessionId: presented.session.id }, "replaced");
  return sessions.create(tx, { userId: options.userId, remember: options.remember, ip, userAgent });
}

/** Reads who holds a session that has just been committed. Null when it was taken away at once. */
export async function readNewPrincipal({ sessions }: AccountContext, { token }: NewSession): Promise<Principal | null> {
  const tokenHash = hashToken(token);
  return tokenHash === null ? null : sessions.validate(tokenHash);
}
