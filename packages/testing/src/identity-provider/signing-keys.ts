import { exportJWK, generateKeyPair, type JWK } from "jose";

/** One of each kind that a client may ask for. */
const algorithms = ["RS256", "PS256", "ES256", "EdDSA"] as const;

let made = 0;

/** New private keys, one for each algorithm, under key ids that were never used in this process. */
export async function makeSigningKeys(): Promise<(JWK & { kid: string })[]> {
  made += 1;
  const generation = made;
  return Promise.all(algorithms.map((alg) => makeSigningKey(alg, `${alg.toLowerCase()}-${process.pid}-${generation}`)));
}

export async function makeSigningKey(alg: string, kid: string): Promise<JWK & { kid: string }> {
  const { privateKey } = await generateKeyPair(alg, { extractable: true });
  return { ...(await exportJWK(privateKey)), alg, kid, use: "sig" };
}
