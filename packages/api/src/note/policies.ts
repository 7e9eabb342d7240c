import type { Principal } from "@countersign/auth";

/** Notes of the members of this group are kept: whoever administers the site can see to it that nothing is deleted. */
export const legalHold = "legal-hold";

/** What may be done to a note beyond what its scope says: whose it is has been asked by then. */
export const notePolicies = {
  "notes.remove": ({ groups }: Principal, _note: object) => !groups.has(legalHold),
};
