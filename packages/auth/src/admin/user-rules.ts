import type { ActingAdmin } from "./acting-admin.ts";
import type { AdminRefusal } from "./admin.ts";
import type { UserRow } from "./make-change.ts";

/**
 * Who may do what to whom, written once: for the changes, which ask in their transactions, and for `AdminUser.$can`, which
 * says so beforehand. Each answers with why not, or with null. See docs/decisions/013-rights-of-admins.md.
 */

interface Touch {
  readonly actor: ActingAdmin;
  readonly target: UserRow;
}

/** What else the rules ask of the two; see `holdsAllOf` and `isLastSuperuser`. */
interface Facts {
  /** The admin holds whatever the user holds. */
  readonly holdsAll: boolean;
  readonly isLastSuperuser: boolean;
}

/** Nobody but a superuser touches a superuser. Asked before each of the others. */
export function refuseTouch({ actor, target }: Touch): AdminRefusal | null {
  return target.isSuperuser && !actor.isSuperuser ? "beyond_own_rights" : null;
}

/** To switch off is to take everything; to switch on wakes what the user holds. */
export function refuseSetActive(touch: Touch, value: boolean, facts: Facts): AdminRefusal | null {
  return value ? refuseUnheld(facts) : refuseRemove(touch, facts);
}

export function refuseRemove({ actor, target }: Touch, facts: Facts): AdminRefusal | null {
  if (facts.isLastSuperuser) return "last_superuser";
  if (target.id === actor.id) return "own_account";
  return refuseUnheld(facts);
}

/** Either way: the flag wakes permissions that the user holds without being staff. */
export function refuseSetStaff(
  { actor, target }: Touch,
  value: boolean,
  facts: Pick<Facts, "holdsAll">,
): AdminRefusal | null {
  if (value && target.id === actor.id) return "beyond_own_rights";
  return refuseUnheld(facts);
}

export function refuseSetSuperuser(
  { actor }: Touch,
  value: boolean,
  { isLastSuperuser }: Pick<Facts, "isLastSuperuser">,
): AdminRefusal | null {
  if (!actor.isSuperuser) return "beyond_own_rights";
  return !value && isLastSuperuser ? "last_superuser" : null;
}

/**
 * Who sets the address can have a new password sent to it, and so become this user. Where somebody uses the account, that
 * must not happen behind their back: without an old address to tell, only superusers set one. Their own nobody sets.
 */
export function refuseSetAddress({ actor, target }: Touch, facts: Pick<Facts, "holdsAll">): AdminRefusal | null {
  if (target.id === actor.id) return "own_address";
  if (actor.isSuperuser) return null;
  const isUsed = target.passwordHash !== null || target.lastLoginAt !== null;
  if (isUsed && target.emailKey === null) return "beyond_own_rights";
  return refuseUnheld(facts);
}

/** To take a way in away is to take what it opens, and the groups that it gave. Somebody must be left who gets in. */
export function refuseRemoveIdentity(
  { actor, target }: { readonly actor: { readonly id: string | null }; readonly target: UserRow },
  facts: Pick<Facts, "holdsAll"> & { readonly isLast: boolean; readonly isLastOfSuperusers: boolean },
): AdminRefusal | null {
  if (facts.isLastOfSuperusers) return "last_superuser";
  if (facts.isLast && target.id === actor.id) return "own_last_way_in";
  return refuseUnheld(facts);
}

/** Permissions and groups; those that are given have to be held as well. Nobody raises their own rights. */
export function refuseGive({ actor, target }: Touch): AdminRefusal | null {
  return target.id === actor.id ? "beyond_own_rights" : null;
}

/** Stripped first, a person with more rights would be one whom the admin may become. */
export function refuseTake(facts: Pick<Facts, "holdsAll">): AdminRefusal | null {
  return refuseUnheld(facts);
}

function refuseUnheld({ holdsAll }: Pick<Facts, "holdsAll">): AdminRefusal | null {
  return holdsAll ? null : "beyond_own_rights";
}
