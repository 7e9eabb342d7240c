import { and, eq, inArray, ne } from "drizzle-orm";

import type { Settings } from "@countersign/contract";
import type { Database } from "@countersign/db";

import { hasPasswordWayIn } from "../account/login-name.ts";

import { isWayIn, type KnownProviders } from "./is-way-in.ts";

/**
 * Can an active superuser other than this user sign in? Being one is not enough: somebody must be left who gets in. In a change
 * all superusers are locked before.
 */
export async function canOtherSuperuserEnter(
  tx: Pick<Database, "select" | "tables">,
  { providers, settings }: { readonly providers: KnownProviders; readonly settings: Pick<Settings, "LOGIN_FIELDS"> },
  userId: string,
): Promise<boolean> {
  const { identities, users } = tx.tables;
  const others = await tx
    .select({ id: users.id, email: users.email, passwordHash: users.passwordHash })
    .from(users)
    .where(and(eq(users.isSuperuser, true), eq(users.isActive, true), ne(users.id, userId)));
  if (others.some((other) => hasPasswordWayIn(other, settings))) return true;
  if (others.length === 0) return false;
  const theirs = await tx
    .select({ provider: identities.provider, issuer: identities.issuer })
    .from(identities)
    .where(
      inArray(
        identities.userId,
        others.map(({ id }) => id),
      ),
    );
  return theirs.some((identity) => isWayIn(providers, identity));
}
