import type { FieldErrors, UserChange } from "@countersign/auth";

import { Failure } from "../failure.ts";

/**
 * How many sessions ended with the change, or null when it was so already.
 *
 * @throws Failure when a rule refused it
 */
export function requireChange(username: string, change: UserChange): { readonly endedSessions: number } | null {
  switch (change.status) {
    case "changed":
      return { endedSessions: change.endedSessions };
    case "unchanged":
      return null;
    case "not-found":
      throw new Failure("notFound", `${username} was deleted meanwhile.`);
    case "last-superuser":
      throw new Failure(
        "refused",
        `${username} is the last active superuser. Promote another one first: countersign user promote <user>.`,
      );
  }
}

/** What is wrong with which field, a line each. */
export function invalid(fields: FieldErrors): Failure {
  const lines = Object.entries(fields).flatMap(([field, faults]) => faults.map((fault) => `${field}: ${fault}`));
  return new Failure("refused", lines.join("\n"));
}
