import { fieldFaults } from "@countersign/contract";

import { findNameFault } from "./readable-name.ts";

const mostCharacters = 64;
const mostRawLength = 256;

export interface Username {
  /** As it is shown. */
  readonly username: string;
  /** What must be unique. */
  readonly usernameKey: string;
}

/**
 * Names that the library makes accounts with, for as long as it needs them: `countersign doctor` does. Nobody else gets one, so
 * that what bears one may be removed.
 */
export const reservedNames = "countersign-doctor";

/**
 * Reads a username someone wants: the name and its key, or the message that says what is wrong with it.
 *
 * @param options.mayBeReserved whether it may begin with what is kept for the library
 */
export function parseUsername(
  raw: string,
  options: { readonly mayBeReserved?: boolean } = {},
): Username | { readonly fault: string } {
  // Looked at before normalising, which takes time in proportion.
  if (raw.length > mostRawLength) return { fault: tooLong };

  const username = joinWords(raw.normalize("NFKC"));
  if (username === "") return { fault: fieldFaults.usernameMissing };
  if (Array.from(username).length > mostCharacters) return { fault: tooLong };
  if (username.includes("@")) return { fault: fieldFaults.usernameWithAt };
  const fault = findNameFault(raw);
  if (fault !== null) return { fault };
  const usernameKey = toUsernameKey(username);
  const isReserved = usernameKey.startsWith(reservedNames) && options.mayBeReserved !== true;
  return isReserved ? { fault: fieldFaults.usernameTaken } : { username, usernameKey };
}

const tooLong = `Too long: at most ${mostCharacters} characters.`;

/** NFKC in lower case: names that look or read the same in it are one name. */
export function toUsernameKey(name: string): string {
  // Lower-casing can undo the normal form, so it is made again.
  return joinWords(name.normalize("NFKC")).toLowerCase().normalize("NFKC");
}

/** Two blanks are shown as one. Line breaks and the like stay: they are no blanks, and are refused. */
function joinWords(name: string): string {
  return name.trim().replaceAll(/ {2,}/g, " ");
}
