import { createLocalJWKSet, errors, type JSONWebKeySet, type JWTVerifyGetKey } from "jose";
import type { CustomFetch } from "openid-client";

import type { Clock } from "../clock.ts";

const keptMs = 3_600_000;
/** Whoever makes tokens up can name keys that are not there: this often at most they make us ask. */
const betweenAskedMs = 30_000;

/** The public keys of a provider, read again when a token names one that is not known. */
export function createProviderKeys(options: {
  readonly jwksUri: string;
  readonly fetch: CustomFetch;
  readonly clock: Clock;
}): JWTVerifyGetKey {
  const { jwksUri, fetch, clock } = options;
  let known: { readonly find: JWTVerifyGetKey; readonly readAt: number } | null = null;
  let reading: Promise<JWTVerifyGetKey> | null = null;
  let askedAt = Number.NEGATIVE_INFINITY;

  async function read(): Promise<JWTVerifyGetKey> {
    const answer = await fetch(jwksUri, {
      method: "GET",
      headers: { accept: "application/json" },
      body: undefined,
      redirect: "manual",
    });
    if (answer.status !== 200) throw new Error(`The provider's keys are answered with status ${answer.status}.`);
    const find = createLocalJWKSet((await answer.json()) as JSONWebKeySet); // It checks the shape, and throws.
    known = { find, readAt: clock.now() };
    return find;
  }

  function readOnce(): Promise<JWTVerifyGetKey> {
    reading ??= read().finally(() => (reading = null));
    return reading;
  }

  return async (header, token) => {
    const isFresh = known !== null && clock.now() - known.readAt < keptMs;
    if (!isFresh) return (await readOnce())(header, token);
    const used = known;
    try {
      return await (used?.find ?? (await readOnce()))(header, token);
    } catch (error) {
      if (!(error instanceof errors.JWKSNoMatchingKey)) throw error;
      // Somebody else has just had, or is at having, them read again.
      if (known !== used) return (await readOnceMore())(header, token);
      if (reading === null && clock.now() - askedAt < betweenAskedMs) throw error;
      if (reading === null) askedAt = clock.now();
      return (await readOnce())(header, token);
    }
  };

  async function readOnceMore(): Promise<JWTVerifyGetKey> {
    return known?.find ?? (await readOnce());
  }
}
