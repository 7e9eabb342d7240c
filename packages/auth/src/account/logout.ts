import type { Principal } from "../session/principal.ts";

import type { AccountContext } from "./account-context.ts";

/** See `Accounts.logout`. */
export async function logout({ db, sessions }: AccountContext, { user, session }: Principal): Promise<void> {
  await db.transaction((tx) => sessions.end(tx, { userId: user.id, sessionId: session.id }, "signed_out"));
}
