import { fieldFaults, type Settings } from "@countersign/contract";

import { isCommonPassword } from "./common-password.ts";
import { remainderOf } from "./remainder.ts";

const mostCharacters = 256;
/** NFKC can make one character eighteen: what is hashed has a limit of its own. */
const mostBytes = 4096;
/** What is left of a password beside names that everybody knows is to be a password of its own. */
const fewestBesideNames = 8;
/** One or two characters over and over, as far as people count. */
const fewestDifferent = 3;
const longestRepetition = 64;

type PasswordSettings = Pick<Settings, "PASSWORD_MIN_LENGTH" | "SITE_NAME">;

/** The (normalised) names of the account that a password is wanted for; null where there is none, or none that is in order. */
export interface PasswordAccount {
  readonly username: string | null;
  readonly email: string | null;
}

/**
 * A rule of the app's own for new passwords, as that they are in no list of stolen ones: what is wrong with it, in a sentence
 * for people, or null. Asked when the rules of the library have passed. What it throws fails the call.
 */
export type PasswordValidator = (password: string, account: PasswordAccount) => string | null | Promise<string | null>;

/** What a new password is held to here. */
export interface PasswordRule {
  /** What is wrong with it, or null. */
  findFault(password: string, account: PasswordAccount): Promise<string | null>;
}

export function createPasswordRule(
  settings: PasswordSettings,
  validators: readonly PasswordValidator[] = [],
): PasswordRule {
  return {
    async findFault(password, account) {
      const fault = findPasswordFault(password, account, settings);
      if (fault !== null) return fault;
      for (const validate of validators) {
        const own = await validate(password, account);
        if (own !== null) return own;
      }
      return null;
    },
  };
}

/**
 * What is wrong with a password someone wants for the account with these names, or null. Characters are code points,
 * `PASSWORD_MIN_LENGTH` of them at least. There is no rule of composition, and blanks at the ends count: length is what makes
 * a password strong (NIST SP 800-63B §3.1.1.2). What is guessed first is refused: common ones, one character over and over, and
 * those that are little more than a name that everybody knows.
 */
export function findPasswordFault(
  password: string,
  account: PasswordAccount,
  { PASSWORD_MIN_LENGTH, SITE_NAME }: PasswordSettings,
): string | null {
  if (!isHashable(password)) return `Too long: at most ${mostCharacters} characters.`;
  if (!password.isWellFormed()) return fieldFaults.brokenCharacter;

  const normalized = password.normalize("NFKC");
  if (countCharacters(normalized) < PASSWORD_MIN_LENGTH)
    return `Too short: at least ${PASSWORD_MIN_LENGTH} characters.`;

  const lowerCase = normalized.toLowerCase();
  if (isGuessedFirst(lowerCase)) return fieldFaults.passwordCommon;
  const names = [account.username, account.email, account.email?.split("@", 1)[0] ?? null];
  if (isLittleMoreThan(lowerCase, names)) return fieldFaults.passwordLikeName;
  if (isLittleMoreThan(lowerCase, [SITE_NAME, SITE_NAME.replaceAll(/\s+/g, "")])) return fieldFaults.passwordLikeSite;
  return null;
}

function isGuessedFirst(lowerCase: string): boolean {
  const characters = Array.from(lowerCase);
  const isRepetition = new Set(characters).size < fewestDifferent && characters.length < longestRepetition;
  return isRepetition || isCommonPassword(lowerCase);
}

function isLittleMoreThan(lowerCase: string, names: readonly (string | null)[]): boolean {
  const rest = remainderOf(lowerCase, names);
  if (rest === null) return false;
  // What joins the two, as in "ann-password".
  const bare = rest.replaceAll(/^[^\p{L}\p{N}]+|[^\p{L}\p{N}]+$/gu, "");
  return countCharacters(rest) < fewestBesideNames || isGuessedFirst(bare);
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
