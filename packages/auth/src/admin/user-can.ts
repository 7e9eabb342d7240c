import { and, count, eq } from "drizzle-orm";

import { type AdminUserCan, userActionPermissions } from "@countersign/contract";
import type { Database } from "@countersign/db";

import { type ActingAdmin, holdsAllOf, readActingAdmin } from "./acting-admin.ts";
import type { AdminContext } from "./admin-context.ts";
import type { AdminRefusal } from "./admin.ts";
import type { UserRow } from "./make-change.ts";
import {
  refuseGive,
  refuseRemove,
  refuseRemoveIdentity,
  refuseSetActive,
  refuseSetAddress,
  refuseSetStaff,
  refuseSetSuperuser,
  refuseTake,
  refuseTouch,
} from "./user-rules.ts";

/**
 * What this admin may do to that user, by the rules that refuse it: for showing only, since it is asked again by whatever is
 * done. Without an admin, nothing.
 */
export async function readUserCan(
  { db, settings }: Pick<AdminContext, "db" | "settings">,
  target: UserRow,
  viewerId: string | null,
): Promise<AdminUserCan> {
  const actor = viewerId === null ? null : await readActingAdmin(db, viewerId);
  if (actor === null || refuseTouch({ actor, target }) !== null) return nothing;

  const touch = { actor, target };
  const isLastSuperuser = await isOnlySuperuser(db, target);
  const facts = { holdsAll: await holdsAllOf(db, actor, target.id), isLastSuperuser };
  const may = (action: keyof AdminUserCan, refusal: AdminRefusal | null) =>
    refusal === null && holdsPermission(actor, action);
  return {
    update: may("update", null),
    setEmail: may("setEmail", refuseSetAddress(touch, facts)),
    setActive: may("setActive", refuseSetActive(touch, !target.isActive, facts)),
    setStaff: may("setStaff", refuseSetStaff(touch, !target.isStaff, facts)),
    setSuperuser: may("setSuperuser", refuseSetSuperuser(touch, !target.isSuperuser, facts)),
    give: may("give", refuseGive(touch)),
    take: may("take", refuseTake(facts)),
    endSessions: may("endSessions", null),
    sendReset: may("sendReset", null) && settings.PASSWORD_RESET && target.isActive && target.emailKey !== null,
    removeIdentity: may("removeIdentity", refuseRemoveIdentity(touch, { ...facts, ...asFarAsAnotherIsLeft })),
    remove: may("remove", refuseRemove(touch, facts)),
  };
}

const nothing: AdminUserCan = {
  update: false,
  setEmail: false,
  setActive: false,
  setStaff: false,
  setSuperuser: false,
  give: false,
  take: false,
  endSessions: false,
  sendReset: false,
  removeIdentity: false,
  remove: false,
};

/** Which of them is not to be taken away, each says for itself (`AdminIdentity.isKept`). */
const asFarAsAnotherIsLeft = { isLast: false, isLastOfSuperusers: false };

/** The permission that the procedure asks for. Only superusers make superusers. */
function holdsPermission(actor: ActingAdmin, action: keyof AdminUserCan): boolean {
  return actor.isSuperuser || (action !== "setSuperuser" && actor.permissions.has(userActionPermissions[action]));
}

/** As `isLastSuperuser`, without holding anybody up for a look. */
async function isOnlySuperuser(db: Database, { isActive, isSuperuser }: UserRow): Promise<boolean> {
  if (!isActive || !isSuperuser) return false;
  const { users } = db.tables;
  const active = and(eq(users.isSuperuser, true), eq(users.isActive, true));
  const [found] = await db.select({ superusers: count() }).from(users).where(active);
  return found?.superusers === 1;
}
