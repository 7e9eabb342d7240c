const mostCharacters = 64;
const mostRawLength = 256;

export interface Username {
  /** As it is shown. */
  readonly username: string;
  /** What must be unique. */
  readonly usernameKey: string;
}

/** Reads a username someone wants: the name and its key, or the message that says what is wrong with it. */
export function parseUsername(raw: string): Username | { readonly fault: string } {
  // Looked at before normalising, which takes time in proportion.
  if (raw.length > mostRawLength) return { fault: tooLong };

  const username = raw.normalize("NFKC").trim();
  if (username === "") return { fault: "Choose a username." };
  if (Array.from(username).length > mostCharacters) return { fault: tooLong };
  // Control, format (invisible, right-to-left) and unassigned characters; line and paragraph breaks.
  if (/[\p{C}\p{Zl}\p{Zp}]/u.test(username)) return { fault: "It has an invisible character in it. Type it again." };
  if (username.includes("@")) return { fault: "Leave out the @: it tells an email address from a username." };
  return { username, usernameKey: toUsernameKey(username) };
}

const tooLong = `Too long: at most ${mostCharacters} characters.`;

/** NFKC in lower case: names that look or read the same in it are one name. */
export function toUsernameKey(name: string): string {
  // Lower-casing can undo the normal form, so it is made again.
  return name.normalize("NFKC").trim().toLowerCase().normalize("NFKC");
}
