import { isCommonPassword } from "./common-password.ts";

const fewestByDefault = 8;
const mostCharacters = 256;
/** NFKC can make one character eighteen: what is hashed has a limit of its own. */
const mostBytes = 4096;

/**
 * What is wrong with a password someone wants for the account with these (normalised) names, or null. Characters are code
 * points, `fewestCharacters` of them at least (`PASSWORD_MIN_LENGTH`). There is no rule of composition, and blanks at the
 * ends count: length is what makes a password strong (NIST SP 800-63B §3.1.1.2).
 */
export function findPasswordFault(
  password: string,
  account: { readonly username: string | null; readonly email: string | null },
  fewestCharacters: number = fewestByDefault,
): string | null {
  if (!isHashable(password)) return `Too long: at most ${mostCharacters} characters.`;
  if (!password.isWellFormed()) return "It has a broken character in it. Type it again.";

  const normalized = password.normalize("NFKC");
  if (countCharacters(normalized) < fewestCharacters) return `Too short: at least ${fewestCharacters} characters.`;

  const lowerCase = normalized.toLowerCase();
  if (isCommonPassword(lowerCase)) return "Too common: it is among the first ones tried. Choose another.";
  const names = [account.username, account.email].map((name) => name?.toLowerCase());
  if (names.includes(lowerCase)) return "It must differ from your username and email.";
  return null;
}

/** Is the password within the limits of what is hashed at all? Looked at before any other work is done for it. */
export function isHashable(password: string): boolean {
  // A code point is one or two units: what is far too long is refused without counting.
  if (password.length > 2 * mostCharacters || countCharacters(password) > mostCharacters) return false;
  return Buffer.byteLength(password.normalize("NFKC")) <= mostBytes;
}

function countCharacters(text: string): number {
  return Array.from(text).length;
}
