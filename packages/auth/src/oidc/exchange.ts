import { jwtVerify } from "jose";
import * as client from "openid-client";
import { z } from "zod";

import { type Discovered, withinTime } from "./connection.ts";
import { callbackUrl, type ConnectedProvider, type OidcContext } from "./oidc-context.ts";
import { isUnavailable } from "./outgoing-fetch.ts";
import { toPlainError } from "./plain-error.ts";
import { type Claims, OidcRefusal } from "./provider.ts";
import { secretsPlace, type TransactionSecrets } from "./start.ts";
import type { OidcTransaction } from "./transaction.ts";

/** What a provider answered, all of it checked. */
export interface ProviderAnswer {
  readonly issuer: string;
  readonly subject: string;
  readonly claims: Claims;
  readonly tokens: AnsweredTokens;
}

export interface AnsweredTokens {
  readonly idToken: string;
  readonly accessToken: string;
  readonly refreshToken: string | null;
  /** Milliseconds since the epoch. */
  readonly accessExpiresAt: number | null;
  /** How long the access token is good for in all. */
  readonly lifetimeMs: number | null;
  readonly scope: string | null;
}

const skewMs = 60_000;
const skewSeconds = 60;

/**
 * Gives the provider the code, and checks what it gives for it: issuer, audience, nonce, times, signature and subject.
 *
 * @throws OidcRefusal with the code for the page
 */
export async function exchange(
  context: OidcContext,
  provider: ConnectedProvider,
  transaction: OidcTransaction,
  query: URLSearchParams,
): Promise<ProviderAnswer> {
  try {
    return await withinTime(ask(context, provider, transaction, query));
  } catch (error) {
    if (error instanceof OidcRefusal) throw error;
    if (error instanceof client.AuthorizationResponseError && error.error === "access_denied")
      throw new OidcRefusal("cancelled", "access_denied");
    const cause = toPlainError(error);
    if (isUnavailable(error)) throw new OidcRefusal("unavailable", "The provider does not answer.", { cause });
    throw new OidcRefusal("provider", "The provider's answer does not hold.", { cause });
  }
}

async function ask(
  context: OidcContext,
  provider: ConnectedProvider,
  transaction: OidcTransaction,
  query: URLSearchParams,
): Promise<ProviderAnswer> {
  // What the browser was sent to may have been another provider's by this name.
  if (transaction.issuer !== provider.issuer) throw new OidcRefusal("expired", "The provider was set up anew.");
  const sealed = await context.seal.open(transaction.secrets, secretsPlace(transaction.id));
  if (sealed === null) throw new OidcRefusal("expired", "What was kept of the visit cannot be decrypted any more.");
  const secrets = JSON.parse(sealed) as TransactionSecrets; // Written by us, and authenticated.

  const discovered = await provider.connection.discover();
  // The address is ours, whatever the request said; only the parameters are the provider's.
  const url = callbackUrl(context, provider.name);
  url.search = query.toString();
  const state = query.get("state") ?? "";
  const answered = await client.authorizationCodeGrant(discovered.config, url, {
    expectedState: state,
    expectedNonce: secrets.nonce,
    pkceCodeVerifier: secrets.codeVerifier,
    idTokenExpected: true,
  });
  const tokens = toTokens(answered, context.clock.now());
  const claims = await verifyIdToken(context, provider, discovered, {
    idToken: tokens.idToken,
    notBefore: transaction.createdAt.getTime() - skewMs,
  });
  return {
    issuer: claims.iss,
    subject: claims.sub,
    claims: await addUserInfo(provider, discovered, { claims, accessToken: tokens.accessToken }),
    tokens,
  };
}

/** Beyond it no date can tell what a provider may say; nothing is lost by renewing once in so long. */
const longestLifetimeMs = 366 * 86_400_000;

/** What a provider handed out, in our words. */
export function toTokens(
  answered: Awaited<ReturnType<typeof client.authorizationCodeGrant>>,
  now: number,
): AnsweredTokens {
  const seconds = answered.expiresIn();
  const lifetimeMs = seconds === undefined ? null : Math.min(seconds * 1000, longestLifetimeMs);
  return {
    idToken: answered.id_token ?? "",
    accessToken: answered.access_token,
    refreshToken: answered.refresh_token ?? null,
    accessExpiresAt: lifetimeMs === null ? null : now + lifetimeMs,
    lifetimeMs,
    scope: isScope(answered.scope) ? answered.scope : null,
  };
}

/** RFC 6749 §3.3; no database takes all else, and nobody has use for more. */
function isScope(scope: string | undefined): scope is string {
  return scope !== undefined && /^[\x20-\x7e]{1,2048}$/.test(scope);
}

/** RFC: a subject has at most 255 characters. Compared as it is, with its case. */
const IdTokenClaims = z.looseObject({
  iss: z.string().min(1).max(2048),
  sub: z
    .string()
    .min(1)
    .max(255)
    .refine((subject) => subject.isWellFormed() && !/\p{Cc}/u.test(subject) && subject.trim() !== ""),
  iat: z.number(),
  exp: z.number(),
});

/**
 * Checks a signature also where TLS already says whose the answer is: of OpenID Connect Core §3.1.3.7 nothing is left out.
 * `notBefore`: milliseconds since the epoch; a token from before that was not made for us.
 */
export async function verifyIdToken(
  { clock, settings }: Pick<OidcContext, "clock" | "settings">,
  provider: ConnectedProvider,
  { keys }: Discovered,
  { idToken, notBefore }: { readonly idToken: string; readonly notBefore: number },
): Promise<Claims & z.infer<typeof IdTokenClaims>> {
  const now = clock.now();
  const { payload } = await jwtVerify(idToken, keys, {
    algorithms: [...settings.OIDC_ALGORITHMS],
    audience: provider.clientId,
    clockTolerance: skewSeconds,
    currentDate: new Date(now),
    requiredClaims: ["iss", "sub", "aud", "exp", "iat"],
  });
  const claims = IdTokenClaims.parse(payload);
  if (!isOwnIssuer(provider, claims.iss)) throw new Error("The ID token is from another issuer.");
  const { aud, azp } = payload;
  if ((Array.isArray(aud) && aud.length > 1) || azp !== undefined) {
    if (azp !== provider.clientId) throw new Error("The ID token was handed to another client.");
  }
  if (claims.iat * 1000 > now + skewMs || claims.iat * 1000 < notBefore)
    throw new Error("The ID token was not made just now.");
  return claims;
}

export function isOwnIssuer({ issuer, validIssuers }: ConnectedProvider, claimed: string): boolean {
  if (validIssuers === undefined) return claimed === issuer;
  // oxlint-disable-next-line typescript/no-unnecessary-boolean-literal-compare -- in plain JavaScript it may answer a promise
  return validIssuers(claimed) === true;
}

/**
 * Many providers say names and groups only when they are asked with the access token. Answers the very claims it was given where
 * there is nothing to ask for, or nobody to ask. What code of the app's decides by nobody knows: it gets all there is.
 */
export async function addUserInfo(
  { allow, groupsClaim, mapClaims, mapGroups }: ConnectedProvider,
  { config }: Discovered,
  { claims, accessToken }: { readonly claims: Claims; readonly accessToken: string },
): Promise<Claims> {
  const wanted = ["email", "name", ...(groupsClaim === null ? [] : [groupsClaim])];
  const isEnough = !(allow ?? mapClaims ?? mapGroups) && wanted.every((name) => Object.hasOwn(claims, name));
  if (config.serverMetadata().userinfo_endpoint === undefined || isEnough) return claims;
  // It refuses an answer about somebody else (OpenID Connect Core §5.3.2).
  const added = await client.fetchUserInfo(config, accessToken, claims.sub);
  return joinClaims(claims, added);
}

/**
 * What both documents say; the ID token, which is signed, first. Whether an address is verified is taken from a document that
 * names that address, and what belongs to the sign-in, and not to the person, from the ID token alone.
 */
export function joinClaims(signed: Claims, added: Claims): Claims {
  const ofPerson = Object.fromEntries(Object.entries(added).filter(([name]) => !signInClaims.has(name)));
  const isOther = "email" in signed && signed["email"] !== added["email"];
  const isSaidBySigned = "email" in signed && "email_verified" in signed;
  const witness = isOther || isSaidBySigned ? signed : added;
  return { ...ofPerson, ...signed, email_verified: witness["email_verified"] };
}

const signInClaims = new Set(
  "iss aud azp exp iat nbf jti nonce auth_time acr amr sid at_hash c_hash s_hash events".split(" "),
);
