/** Shorter names are parts of words by chance. */
const shortestName = 3;

/** What is left of a password, in lower case, without these names; null when none of them is in it. */
export function remainderOf(lowerCase: string, names: readonly (string | null)[]): string | null {
  const sought = names
    .flatMap((name) => (name === null ? [] : name.normalize("NFKC").toLowerCase()))
    .filter((name) => name === lowerCase || Array.from(name).length >= shortestName)
    // The longest first: an address before the name in it.
    .toSorted((one, other) => other.length - one.length);
  const rest = sought.reduce((left, name) => left.replaceAll(name, ""), lowerCase);
  return rest === lowerCase ? null : rest;
}
