import { and, eq } from "drizzle-orm";

import { forUpdate, type Transaction, UniqueViolation } from "@countersign/db";

import { postIdentityNotice } from "../account/post-identity-notice.ts";
import { actorOf } from "../audit/audit-actor.ts";
import type { Principal } from "../session/principal.ts";

import type { Visitor } from "./enter.ts";
import { findIdentity } from "./find-identity.ts";
import { hasIdentityAt } from "./has-identity-at.ts";
import { insertIdentity } from "./new-account.ts";
import type { OidcContext } from "./oidc-context.ts";
import { OidcRefusal } from "./provider.ts";
import { endTransaction, type OidcTransaction } from "./transaction.ts";

/**
 * Makes an identity another way in to the account of who is signed in.
 *
 * @throws OidcRefusal `taken` where it is another account's already, `other` where the provider knows the account as somebody else
 */
export async function linkIdentity(
  context: OidcContext,
  visit: OidcTransaction,
  visitor: Visitor,
  owner: Principal,
): Promise<void> {
  try {
    await context.db.transaction((tx) => write(context, tx, { visit, visitor, owner }));
  } catch (error) {
    // Somebody else linked it between the look and the write.
    if (error instanceof UniqueViolation) throw new OidcRefusal("taken", "taken");
    throw error;
  }
}

async function write(
  context: OidcContext,
  tx: Transaction,
  linked: { readonly visit: OidcTransaction; readonly visitor: Visitor; readonly owner: Principal },
): Promise<void> {
  const { visit, visitor, owner } = linked;
  const { answer, claims, from, now, provider } = visitor;
  const userId = owner.user.id;
  const { sessions, users } = tx.tables;
  // Signed out, or switched off, while the provider was asked: nothing is written on its authority.
  const held = tx
    .select({ id: users.id })
    .from(users)
    .where(and(eq(users.id, userId), eq(users.isActive, true)));
  const active = await forUpdate(tx, held);
  const running = await tx
    .select({ id: sessions.id })
    .from(sessions)
    .where(and(eq(sessions.id, owner.session.id), eq(sessions.userId, userId)));
  if (active.length === 0 || running.length === 0) throw new OidcRefusal("expired", "session_ended");

  const known = await findIdentity(tx, answer);
  if (known !== null && known.userId !== userId) throw new OidcRefusal("taken", "taken");
  if (known === null) {
    // Names and groups would follow whichever was used last, and a stranger's would hide behind the owner's.
    if (await hasIdentityAt(tx, userId, answer.issuer)) throw new OidcRefusal("other", "second_identity");
    await insertIdentity(tx, { userId, provider: provider.name, answer, claims, now });
    await context.audit.recordIn(tx, {
      action: "account.identity.link",
      outcome: "ok",
      actor: actorOf(owner, from),
      details: { provider: provider.name },
    });
    tx.afterCommit(() => {
      context.bus.publish({ kind: "user", userId });
      postIdentityNotice(context, userId, { provider: provider.name, change: "linked" });
    });
  }
  if (!(await endTransaction(tx, visit, owner.session.id))) throw new OidcRefusal("expired", "ended");
}
