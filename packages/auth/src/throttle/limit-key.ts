import { createHash } from "node:crypto";

/**
 * The name of a count: what is counted in the clear, whom as a digest. What people type as their name (an address, at
 * times their password) is neither kept nor shown, and no key is longer than another.
 */
export function limitKey(kind: string, ...whom: readonly string[]): string {
  return `${kind}:${createHash("sha256").update(JSON.stringify(whom)).digest("base64url")}`;
}
