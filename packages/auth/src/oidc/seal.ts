import { createHash, randomBytes } from "node:crypto";

import { CompactEncrypt, compactDecrypt } from "jose";

/** Encrypts what is kept of providers, each text for one place. */
export interface Seal {
  /** `place` names row and column: what is sealed for one opens in no other. */
  close(text: string, place: string): Promise<string>;
  /** Null for what was sealed with a key that is no longer there, or for another place, or was changed. */
  open(sealed: string | null, place: string): Promise<string | null>;
}

/** JWE with 256-bit keys (A256GCM). The first key encrypts, all of them decrypt; without keys one is made that dies with the process. */
export function createSeal(given: readonly Uint8Array[] = []): Seal {
  for (const key of given) {
    if (key.byteLength !== 32)
      throw new Error("A key of OIDC_KEYS has 256 bits. Make one with: openssl rand -base64 32");
  }
  const all = given.length > 0 ? given : [randomBytes(32)];
  const keys = new Map(all.map((key) => [keyId(key), key]));
  const [first] = keys;
  if (first === undefined) throw new Error("There is no key to encrypt with.");
  const [kid, key] = first;

  return {
    close: (text, place) =>
      new CompactEncrypt(new TextEncoder().encode(text))
        .setProtectedHeader({ alg: "dir", enc: "A256GCM", kid, place })
        .encrypt(key),

    async open(sealed, place) {
      if (sealed === null) return null;
      try {
        const { plaintext, protectedHeader } = await compactDecrypt(
          sealed,
          ({ kid: named }) => requireKey(keys, named),
          {
            keyManagementAlgorithms: ["dir"],
            contentEncryptionAlgorithms: ["A256GCM"],
          },
        );
        return protectedHeader["place"] === place ? new TextDecoder().decode(plaintext) : null;
      } catch {
        // Whatever it is, it is none of ours.
        return null;
      }
    },
  };
}

function requireKey(keys: ReadonlyMap<string, Uint8Array>, kid: string | undefined): Uint8Array {
  const key = keys.get(kid ?? "");
  if (key === undefined) throw new Error("The key it was encrypted with is not among OIDC_KEYS any more.");
  return key;
}

function keyId(key: Uint8Array): string {
  return createHash("sha256").update(key).digest("base64url").slice(0, 16);
}
