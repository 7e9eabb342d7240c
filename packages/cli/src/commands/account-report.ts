import type { AccountSummary } from "@countersign/auth";

/** What the account may be, in one word. */
export function describeRank({ isSuperuser, isStaff }: AccountSummary): string {
  if (isSuperuser) return "superuser";
  return isStaff ? "staff" : "user";
}

/** Field by field: what is added to accounts later does not get out by itself. */
export function toJson(account: AccountSummary) {
  return {
    id: account.id,
    username: account.username,
    email: account.email,
    emailVerifiedAt: account.emailVerifiedAt,
    isActive: account.isActive,
    isStaff: account.isStaff,
    isSuperuser: account.isSuperuser,
    createdAt: account.createdAt,
    lastLoginAt: account.lastLoginAt,
  };
}
