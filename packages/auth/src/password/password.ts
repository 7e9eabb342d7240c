import { randomBytes } from "node:crypto";

import { hash, parseOptions, verify } from "@node-rs/argon2";

import type { Busy, HashQueue } from "./hash-queue.ts";

/** OWASP's first choice for Argon2id: 19 MiB, two passes, one lane. */
export const hashParameters = { memoryCost: 19_456, timeCost: 2, parallelism: 1, outputLen: 32 } as const;
export type HashParameters = { readonly [Name in keyof typeof hashParameters]: number };

/** Hashing, always through the bounded queue. */
export interface Passwords {
  /** The Argon2id hash in PHC form, under a salt of its own. */
  hash(password: string): Promise<string | Busy>;
  /**
   * Is this the password of the hash? Without a hash, or with one that is not Argon2id, false after the same wait and the
   * same work, so that time does not tell which accounts exist.
   */
  verify(passwordHash: string | null, password: string): Promise<boolean | Busy>;
  /** Was the hash made with weaker parameters than today's? */
  isOutdated(passwordHash: string): boolean;
}

export function createPasswords(queue: HashQueue, parameters: HashParameters = hashParameters): Passwords {
  const dummy = createDummyHash(parameters);

  return {
    hash: (password) => queue.run(() => hash(normalize(password), parameters)),
    async verify(passwordHash, password) {
      const isUsable = passwordHash !== null && isArgon2id(passwordHash);
      const matches = await queue.run(() => verify(isUsable ? passwordHash : dummy, normalize(password)));
      return typeof matches === "boolean" ? matches && isUsable : matches;
    },
    isOutdated(passwordHash) {
      const used = parseOptions(passwordHash);
      return (
        used.memoryCost < parameters.memoryCost ||
        used.timeCost < parameters.timeCost ||
        used.parallelism < parameters.parallelism ||
        used.outputLen < parameters.outputLen
      );
    },
  };
}

/** Unicode has several spellings of the same letters, and keyboards differ in which they type (NIST SP 800-63B §3.1.1.2). */
function normalize(password: string): string {
  return password.normalize("NFKC");
}

/** Nobody's password: random bytes in the place of the salt and of the hash. */
function createDummyHash({ memoryCost, timeCost, parallelism, outputLen }: HashParameters): string {
  const [salt, digest] = [randomBytes(16), randomBytes(outputLen)].map((bytes) =>
    bytes.toString("base64").replaceAll("=", ""),
  );
  return `$argon2id$v=19$m=${memoryCost},t=${timeCost},p=${parallelism}$${salt}$${digest}`;
}

function isArgon2id(passwordHash: string): boolean {
  if (!passwordHash.startsWith("$argon2id$")) return false;
  try {
    parseOptions(passwordHash);
    return true;
  } catch {
    // Not a hash at all (a disabled account's "!", say): it matches nothing.
    return false;
  }
}
