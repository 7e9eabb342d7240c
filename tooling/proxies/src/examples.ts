import { readFileSync } from "node:fs";

/** The files of the folder `deploy`, as they are given to people. */
export function readExample(name: string): string {
  return readFileSync(new URL(`../../../deploy/${name}`, import.meta.url), "utf8");
}

/**
 * An example with what people change in it changed. All else stays as it is given: that is what is tried.
 *
 * @throws when one of them does not occur in it any more.
 */
export function fillIn(name: string, changes: readonly (readonly [what: string | RegExp, by: string])[]): string {
  let text = readExample(name);
  for (const [what, by] of changes) {
    const changed = text.replaceAll(typeof what === "string" ? what : new RegExp(what, "gm"), () => by);
    if (changed === text) throw new Error(`deploy/${name} has no "${String(what)}" any more: mend fillIn's caller.`);
    text = changed;
  }
  return text;
}
