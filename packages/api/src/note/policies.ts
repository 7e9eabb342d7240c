import type { Principal } from "@countersign/auth";

/** What of a note the policies look at. */
export interface OwnedNote {
  readonly ownerId: string;
}

/** Notes of the members of this group are kept: whoever administers the site can see to it that nothing is deleted. */
export const legalHold = "legal-hold";

/** Who may do what to a note. A note that is not one's own is not there at all: see the queries. */
export const notePolicies = {
  "notes.change": ({ user }: Principal, note: OwnedNote) => note.ownerId === user.id,
  "notes.remove": ({ user, groups }: Principal, note: OwnedNote) => note.ownerId === user.id && !groups.has(legalHold),
};
