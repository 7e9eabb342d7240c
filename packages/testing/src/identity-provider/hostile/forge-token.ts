import { createPublicKey } from "node:crypto";

import { type CompactJWSHeaderParameters, CompactSign, decodeProtectedHeader, importJWK, type JWK } from "jose";

import { makeSigningKey, makeSigningKeys, type SigningKey } from "../signing-keys.ts";

/** How a token of the hostile provider is signed. Only `published` is as it should be. */
export type ForgedSignature =
  /** By a key the provider publishes, with the algorithm the real token has: what is wrong is in the claims. */
  | "published"
  /** `alg: none`, without a signature. */
  | "none"
  /** HS256 with the client's secret. */
  | "client-secret"
  /** HS256 with the text of a public key that is published, under its key id. */
  | "public-key"
  /** The signature of the real token, under other claims. */
  | "tampered"
  /** By a key that nobody publishes, under the id of one that is. */
  | "other-key"
  /** By a key that nobody publishes, under its own id. */
  | "unknown-kid"
  /** By a published key, one of several, without saying which. */
  | "no-kid"
  /** By a key that comes in the header itself. */
  | "jwk-header"
  /** By a key that is where the header says: at the hostile provider, not in its JWKS. */
  | "jku-header"
  /** RS512, by a published key that may be used so. */
  | "unexpected-algorithm";

export type Claims = Readonly<Record<string, unknown>>;

export interface Forger {
  /** What belongs into the JWKS. */
  readonly published: readonly JWK[];
  /** What is found where the header of `jku-header` says. */
  readonly unpublished: readonly JWK[];
  /** `typ`: of the header; left out, the real token's. */
  sign(
    claims: Claims,
    options: { readonly signature: ForgedSignature; readonly real: string; readonly typ?: string | undefined },
  ): Promise<string>;
}

export async function createForger(
  jku: string,
  { clientSecret }: { readonly clientSecret: string | null },
): Promise<Forger> {
  const keys = await makeSigningKeys();
  const own = await getOwnKey();
  const keyFor = (alg: string) => keys.find(({ kty }) => kty === keyTypeOf(alg)) ?? fail(alg);
  const rsa = keyFor("RS256");

  return {
    published: keys.map(toPublic),
    unpublished: [toPublic(own)],
    sign(claims, { signature, real, typ: given }) {
      const { alg = "RS256", typ: realKind } = decodeProtectedHeader(real);
      const kind = given ?? realKind;
      const key = keyFor(alg);
      const typ = kind === undefined ? {} : { typ: kind };
      switch (signature) {
        case "published":
          return sign(claims, key, { ...typ, alg, kid: key.kid });
        case "none":
          return Promise.resolve(`${encode({ ...typ, alg: "none" })}.${encode(claims)}.`);
        case "client-secret":
          return sign(claims, symmetric(clientSecret ?? ""), { ...typ, alg: "HS256" });
        case "public-key":
          return sign(claims, symmetric(toPem(rsa)), { ...typ, alg: "HS256", kid: rsa.kid });
        case "tampered":
          return Promise.resolve(tamper(real, claims));
        case "other-key":
          return sign(claims, own, { ...typ, alg: "RS256", kid: rsa.kid });
        case "unknown-kid":
          return sign(claims, own, { ...typ, alg: "RS256", kid: own.kid });
        case "no-kid":
          return sign(claims, key, { ...typ, alg });
        case "jwk-header":
          return sign(claims, own, { ...typ, alg: "RS256", jwk: toPublic(own) });
        case "jku-header":
          return sign(claims, own, { ...typ, alg: "RS256", jku, kid: own.kid });
        case "unexpected-algorithm":
          return sign(claims, rsa, { ...typ, alg: "RS512", kid: rsa.kid });
      }
    },
  };
}

let ownKey: Promise<SigningKey> | null = null;

/** Nobody publishes it: one for all will do. */
function getOwnKey(): Promise<SigningKey> {
  ownKey ??= makeSigningKey("RS256", "hostile-own");
  return ownKey;
}

function keyTypeOf(alg: string): string {
  if (alg.startsWith("ES")) return "EC";
  return alg === "EdDSA" ? "OKP" : "RSA";
}

async function sign(claims: Claims, key: JWK, header: CompactJWSHeaderParameters): Promise<string> {
  const signing = await importJWK(key, header.alg);
  return new CompactSign(Buffer.from(JSON.stringify(claims))).setProtectedHeader(header).sign(signing);
}

function tamper(real: string, claims: Claims): string {
  const [header, , signature] = real.split(".");
  return `${header}.${encode({ ...claims, is_tampered: true })}.${signature}`;
}

function encode(value: unknown): string {
  return Buffer.from(JSON.stringify(value)).toString("base64url");
}

function symmetric(secret: string): JWK {
  return { kty: "oct", k: Buffer.from(secret).toString("base64url") };
}

function toPem(key: JWK): string {
  return createPublicKey({ key: { ...toPublic(key) }, format: "jwk" }).export({ type: "spki", format: "pem" });
}

function toPublic(key: JWK): JWK {
  return omit(key, "d", "p", "q", "dp", "dq", "qi");
}

function omit<Value extends object, Name extends keyof Value>(value: Value, ...names: Name[]): Omit<Value, Name> {
  const left = { ...value };
  for (const name of names) delete left[name];
  return left;
}

function fail(alg: string): never {
  throw new Error(`There is no key for ${alg}.`);
}
