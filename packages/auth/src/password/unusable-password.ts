/** In the place of a password's hash: matches no password. Unlike no hash at all, it may be replaced by a mailed link before the address was confirmed. */
export const unusablePassword = "!";

/** Is there a password that signs somebody in? */
export function isUsable(passwordHash: string | null): boolean {
  return passwordHash !== null && passwordHash !== unusablePassword;
}
