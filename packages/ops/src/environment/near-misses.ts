/** A variable that is none of the server's, and the one that was probably meant. */
export interface NearMiss {
  readonly written: string;
  readonly meant: string;
}

/**
 * Finds variables whose name is a slip away from a known one: a letter more, less or another, two swapped, another case,
 * other underscores, or the words in another order. Of short names only the exact one is known: `POST` is no misspelt `PORT`.
 */
export function findNearMisses(written: Iterable<string>, known: readonly string[]): readonly NearMiss[] {
  const names = new Set(known);
  const misses: NearMiss[] = [];
  for (const name of written) {
    if (names.has(name) || name.length < shortest) continue;
    const meant = known.find((each) => each.length >= shortest && isNear(name, each));
    if (meant !== undefined) misses.push({ written: name, meant });
  }
  return misses;
}

const shortest = 7;

function isNear(written: string, known: string): boolean {
  const upper = written.toUpperCase();
  if (upper.replaceAll("_", "") === known.replaceAll("_", "")) return true;
  if (inOrder(upper) === inOrder(known)) return true;
  return isOneSlipAway(upper, known);
}

function inOrder(name: string): string {
  return name.split("_").toSorted().join("_");
}

/** Cuts off what both begin and end with: one letter on either side may be left, or two that are swapped. */
function isOneSlipAway(one: string, other: string): boolean {
  let start = 0;
  while (start < one.length && one[start] === other[start]) start += 1;
  let [oneEnd, otherEnd] = [one.length, other.length];
  while (oneEnd > start && otherEnd > start && one[oneEnd - 1] === other[otherEnd - 1]) {
    oneEnd -= 1;
    otherEnd -= 1;
  }
  const [left, right] = [one.slice(start, oneEnd), other.slice(start, otherEnd)];
  if (left.length <= 1 && right.length <= 1) return true;
  return left.length === 2 && right.length === 2 && left[0] === right[1] && left[1] === right[0];
}
