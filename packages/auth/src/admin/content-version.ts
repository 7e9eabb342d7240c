import { createHash } from "node:crypto";

/** A version for what has no counter of its own: another number when the content is another. 48 bits of SHA-256. */
export function contentVersion(...content: readonly unknown[]): number {
  return createHash("sha256").update(JSON.stringify(content)).digest().readUIntBE(0, 6);
}
