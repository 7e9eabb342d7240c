/** RFC 5321 §4.5.3.1.3, as corrected by erratum 1690. */
const mostCharacters = 254;
const mostRawLength = 256;

/** Reads an email address someone gives: in the form it is stored in, or the message that says what is wrong with it. */
export function parseEmail(raw: string): { readonly email: string } | { readonly fault: string } {
  // Looked at before normalising, which takes time in proportion.
  if (raw.length > mostRawLength) return { fault: `Too long: at most ${mostCharacters} characters.` };

  // Normalised before it is looked at: what passes is exactly what is stored, compared and written to.
  const email = toEmailKey(raw);
  const isValid = email.length <= mostCharacters && pattern.test(email) && count(raw, "@") === 1;
  return isValid ? { email } : { fault: "Write an email address, as in ann@example.com." };
}

/** NFKC in lower case. */
export function toEmailKey(address: string): string {
  return address.normalize("NFKC").trim().toLowerCase().normalize("NFKC");
}

/**
 * One @; before it no blanks, quotes, lists, comments or invisible characters; after it the labels of a host, in any script.
 * Whether there is such a mailbox only a mail can tell.
 */
const pattern = /^[^\s\p{C}"(),:;<>@[\\\]]{1,64}@(?!-)[\p{L}\p{M}\p{N}-]{1,63}(?:\.(?!-)[\p{L}\p{M}\p{N}-]{1,63})*$/u;

// Look-alikes of @ (U+FF20, U+FE6B) become one by normalising: the @ has to be there before.
function count(text: string, character: string): number {
  return text.split(character).length - 1;
}
