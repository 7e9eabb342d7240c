import type { StoredIdentity } from "./enter.ts";

/** Has the provider verified the address that it last said? Else it may be anybody's, and is shown as such. */
export function isEmailVerified({ email, verifiedEmail }: Pick<StoredIdentity, "email" | "verifiedEmail">): boolean {
  return email !== null && email === verifiedEmail;
}
