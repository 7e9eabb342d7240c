import { exportJWK, generateKeyPair, type JWK } from "jose";

/** A private key with its id. */
export interface SigningKey extends JWK {
  readonly kid: string;
}

let made = 0;

/**
 * New private keys under ids that were never used in this process: for RS256 and PS256 (which take one key), ES256 and EdDSA.
 */
export async function makeSigningKeys(): Promise<SigningKey[]> {
  made += 1;
  const generation = `${process.pid}-${made}`;
  return Promise.all(["RS256", "ES256", "EdDSA"].map((alg) => makeSigningKey(alg, `${alg.slice(0, 2)}-${generation}`)));
}

/** Without `alg`, as those of some large providers: what a key is used for is then the checker's to decide. */
export async function makeSigningKey(alg: string, kid: string): Promise<SigningKey> {
  const { privateKey } = await generateKeyPair(alg, { extractable: true });
  return { ...(await exportJWK(privateKey)), kid, use: "sig" };
}
