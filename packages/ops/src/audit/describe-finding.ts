import type { Finding } from "./finding.ts";

/** One line: the variable, what is the matter, what to do, and the id to look it up by. */
export function describeFinding({ id, setting, what, cure }: Finding): string {
  return `${setting === null ? "" : `${setting}: `}${what} ${cure} (${id})`;
}
