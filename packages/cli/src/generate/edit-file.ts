/** A line to put into a file that is there. */
export type Insertion = { readonly line: string } & (
  | {
      /** Lines of its kind, among which it takes its place by the alphabet. */
      readonly among: RegExp;
    }
  | { readonly before: RegExp }
);

/**
 * The text with these lines in it, each where its like stand; null when there is no such place. A line that is there already is
 * not put in again.
 */
export function insertLines(text: string, insertions: readonly Insertion[]): string | null {
  return insertions.reduce<string | null>((present, insertion) => present && insertLine(present, insertion), text);
}

function insertLine(text: string, insertion: Insertion): string | null {
  const { line } = insertion;
  const lines = text.split("\n");
  if (lines.includes(line)) return text;
  const at = findPlace(lines, insertion);
  return at === null ? null : lines.toSpliced(at, 0, line).join("\n");
}

function findPlace(lines: readonly string[], insertion: Insertion): number | null {
  const near = "before" in insertion ? insertion.before : insertion.among;
  const alike = lines.flatMap((each, index) => (near.test(each) ? [index] : []));
  const [first = null] = alike;
  if ("before" in insertion) return first;
  const after = alike.findLast((index) => (lines[index] ?? "") < insertion.line);
  return after === undefined ? first : after + 1;
}
