import { createLocalJWKSet, errors, type JSONWebKeySet, type JWTVerifyGetKey } from "jose";
import type { CustomFetch } from "openid-client";

import type { Clock } from "../clock.ts";

const keptMs = 3_600_000;
/** Whoever makes tokens up can name keys that are not there: this often at most they make us ask. */
const betweenAskedMs = 30_000;
/** Nor do they make us ask a provider that has just not answered. */
const failureKeptMs = 5000;

/** The public keys of a provider, read again when a token names one that is not known. */
export function createProviderKeys(options: {
  readonly jwksUri: string;
  readonly fetch: CustomFetch;
  readonly clock: Clock;
}): JWTVerifyGetKey {
  const { jwksUri, fetch, clock } = options;
  let known: { readonly find: JWTVerifyGetKey; readonly readAt: number } | null = null;
  let failed: { readonly error: unknown; readonly at: number } | null = null;
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

  async function readOnce(): Promise<JWTVerifyGetKey> {
    if (reading === null && failed !== null && isWithin(failureKeptMs, failed.at)) throw failed.error;
    reading ??= read()
      .then(
        (find) => {
          failed = null;
          return find;
        },
        (error: unknown) => {
          failed = { error, at: clock.now() };
          throw error;
        },
      )
      .finally(() => (reading = null));
    return reading;
  }

  /** Whichever way the clock is set. */
  function isWithin(ms: number, since: number): boolean {
    return Math.abs(clock.now() - since) < ms;
  }

  return async (header, token) => {
    if (known === null || !isWithin(keptMs, known.readAt)) return (await readOnce())(header, token);
    const used = known;
    try {
      return await used.find(header, token);
    } catch (error) {
      if (!(error instanceof errors.JWKSNoMatchingKey)) throw error;
      // Somebody else has just had, or is at having, them read again.
      if (known !== used) return known.find(header, token);
      if (reading === null && isWithin(betweenAskedMs, askedAt)) throw error;
      const find = await readOnce();
      // Keys that did not come are asked for as soon as the failure is forgotten.
      askedAt = clock.now();
      return find(header, token);
    }
  };
}
