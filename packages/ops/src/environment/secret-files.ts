import { readFileSync } from "node:fs";

import type { EnvironmentFault } from "./environment-fault.ts";

/** Variables that may hold a secret. Each can be given as `NAME_FILE` instead: the path of a file that holds the value. */
export const secretVariables: readonly string[] = [
  "DATABASE_URL",
  "REDIS_URL",
  "SMTP_URL",
  "METRICS_TOKEN",
  "OIDC_KEYS",
];

/**
 * Puts in for each `NAME_FILE` what the file holds, without the new line at its end: containers hand out secrets as files,
 * because variables are shown to whoever may inspect the process. `others` are variables that may be given so as well.
 */
export function readSecretFiles(
  given: Readonly<Record<string, string>>,
  others: readonly string[] = [],
): {
  readonly values: Readonly<Record<string, string>>;
  readonly faults: readonly EnvironmentFault[];
} {
  const values = { ...given };
  const faults: EnvironmentFault[] = [];
  for (const name of [...secretVariables, ...others]) {
    const variable = `${name}_FILE`;
    const path = given[variable];
    if (path === undefined) continue;
    delete values[variable];
    const read =
      given[name] === undefined ? readSecret(path) : { fault: `${name} is set as well. Leave one of them out.` };
    if (typeof read === "string") values[name] = read;
    else faults.push({ variable, message: read.fault });
  }
  return { values, faults };
}

function readSecret(path: string): string | { readonly fault: string } {
  try {
    const text = readFileSync(path, "utf8").replace(/\r?\n$/, "");
    if (text === "") return { fault: "The file is empty. Write the value into it." };
    return /[\r\n]/.test(text) ? { fault: "The file has more than one line. Write the value as its only one." } : text;
  } catch (error) {
    const code = error instanceof Error && "code" in error ? String(error.code) : "unknown error";
    return { fault: `The file cannot be read (${code}). Name one that this user may read.` };
  }
}
