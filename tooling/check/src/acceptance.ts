import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";

/** A case of docs/acceptance.md. */
interface AcceptanceCase {
  readonly id: string;
  /** Why no test shows it; null when one does. */
  readonly whyNotShown: string | null;
}

/**
 * Compares the cases of docs/acceptance.md with the titles of all tests, and says what to mend: cases that no test is
 * named after, and excuses of those that have one. Empty when all is well.
 */
export function findUnshownCases(root: string): string[] {
  const shown = findShownCases(root);
  return readCases(readFileSync(join(root, "docs/acceptance.md"), "utf8")).flatMap(({ id, whyNotShown }) => {
    if (whyNotShown === null && !shown.has(id)) {
      return [`${id}: no test is named after it. Write one, or say in docs/acceptance.md why it is _Not shown: …_`];
    }
    if (whyNotShown !== null && shown.has(id)) {
      return [`${id}: docs/acceptance.md says why it is not shown, but a test is named after it. Remove the excuse.`];
    }
    return [];
  });
}

/** A line of the list: `- **SES-14** what happens`, and perhaps `_Not shown: the reason._` */
function readCases(markdown: string): AcceptanceCase[] {
  return markdown
    .matchAll(/^- \*\*([A-Z]{3}-\d{2})\*\* (.*)$/gm)
    .map(toCase)
    .toArray();
}

function toCase([, id = "", text = ""]: RegExpExecArray): AcceptanceCase {
  const [, whyNotShown = null] = /_Not shown: (.+)_$/.exec(text) ?? [];
  return { id, whyNotShown };
}

/** The ids at the beginnings of titles, as in `"CSR-04, CSR-05: …"` and `"CSR-01 to CSR-07: …"`. */
function findShownCases(root: string): Set<string> {
  // `cases` are those of a suite that others hold their own code to.
  const patterns = ["*/{src,build}/**/*.{test,suite}.{ts,tsx}", "*/src/**/cases/*.ts"];
  const files = patterns.flatMap((pattern) => globSync(`{apps,packages,tooling}/${pattern}`, { cwd: root }));
  const titles = files.flatMap((file) =>
    readFileSync(join(root, file), "utf8")
      .matchAll(/["'`]((?:[A-Z]{3}-\d{2}(?:, | to )?)+):/g)
      .map(([, ids = ""]) => ids)
      .toArray(),
  );
  return new Set(titles.flatMap((ids) => ids.split(", ").flatMap(expandRange)));
}

function expandRange(ids: string): string[] {
  const [first = "", last = first] = ids.split(" to ");
  const [from, to] = [first, last].map((id) => Number(id.slice(4)));
  const count = (to ?? 0) - (from ?? 0) + 1;
  const group = first.slice(0, 4);
  return Array.from({ length: count }, (_, index) => group + String((from ?? 0) + index).padStart(2, "0"));
}
