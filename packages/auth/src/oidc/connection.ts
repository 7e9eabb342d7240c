import { AsyncLocalStorage } from "node:async_hooks";
import { setTimeout as pause } from "node:timers/promises";

import type { JWTVerifyGetKey } from "jose";
import * as client from "openid-client";

import type { Clock } from "../clock.ts";

import { hideSecrets } from "./hide-secrets.ts";
import { createOutgoingFetch, ProviderUnavailable } from "./outgoing-fetch.ts";
import { createProviderKeys } from "./provider-keys.ts";
import { isSecureEnough, type Provider } from "./provider.ts";

const keptMs = 3_600_000;
const stillGoodMs = 24 * 3_600_000;
const failureKeptMs = 5000;

/** What is known of a provider just now. */
export interface Discovered {
  readonly config: client.Configuration;
  readonly keys: JWTVerifyGetKey;
}

/** How a provider is reached. It is asked what it offers when that is first needed: the app starts without it. */
export interface Connection {
  /** @throws ProviderUnavailable @throws when what it says of itself does not hold */
  discover(): Promise<Discovered>;
  /** The same, if it is known within this time; else null. */
  discoverWithin(ms: number): Promise<Discovered | null>;
  /** Does this, and hands over a copy of what the provider answers to it, before the library judges that. */
  overhear<Result>(hear: (answer: Response) => void, work: () => Promise<Result>): Promise<Result>;
}

export function createConnection(
  provider: Provider,
  { clock, allowLoopback }: { readonly clock: Clock; readonly allowLoopback: boolean },
): Connection {
  const call = createOutgoingFetch({ allowLoopback, allowPrivate: provider.allowPrivate });
  const ears = new AsyncLocalStorage<(answer: Response) => void>();
  const fetch: client.CustomFetch = async (address, options) => {
    const answer = await call(address, options);
    ears.getStore()?.(answer.clone());
    return hideSecrets(answer, options);
  };
  let known: (Discovered & { readonly at: number }) | null = null;
  let failed: { readonly error: unknown; readonly at: number } | null = null;
  let asking: Promise<Discovered> | null = null;

  async function ask(): Promise<Discovered> {
    try {
      const config = await client.discovery(new URL(provider.issuer), provider.clientId, {}, authenticate(provider), {
        [client.customFetch]: fetch,
        // Which of them may go over plain http is decided by the fetch above.
        // oxlint-disable-next-line typescript/no-deprecated -- marked so only that it stands out
        execute: allowLoopback ? [client.allowInsecureRequests] : [],
        timeout: 8,
      });
      const jwksUri = requireSound(provider, config.serverMetadata(), allowLoopback);
      // The same keys as long as they are in the same place: what was learned of them is kept.
      const isSame = known?.config.serverMetadata().jwks_uri === jwksUri;
      const keys = known !== null && isSame ? known.keys : createProviderKeys({ jwksUri, fetch, clock });
      known = { config, keys, at: clock.now() };
      failed = null;
      return known;
    } catch (error) {
      failed = { error, at: clock.now() };
      if (known !== null && isWithin(stillGoodMs, known.at)) return known;
      throw error;
    }
  }

  /** Whichever way the clock is set. */
  function isWithin(ms: number, since: number): boolean {
    return Math.abs(clock.now() - since) < ms;
  }

  async function discover(): Promise<Discovered> {
    if (known !== null && isWithin(keptMs, known.at)) return known;
    if (failed !== null && isWithin(failureKeptMs, failed.at)) {
      if (known !== null && isWithin(stillGoodMs, known.at)) return known;
      throw failed.error;
    }
    asking ??= ask().finally(() => (asking = null));
    return asking;
  }

  return {
    discover,
    overhear: (hear, work) => ears.run(hear, work),
    discoverWithin: (ms) => Promise.race([discover().catch(() => null), pause(ms, null, { ref: false })]),
  };
}

/** In the form where the provider says that it takes it there, else by the header, as is the standard's default. */
function authenticate({ clientSecret, tokenAuth }: Provider): client.ClientAuth {
  if (clientSecret === null) return client.None();
  const [basic, post] = [client.ClientSecretBasic(clientSecret), client.ClientSecretPost(clientSecret)];
  if (tokenAuth !== "auto") return tokenAuth === "basic" ? basic : post;
  return (server, ...rest) => {
    const methods = server.token_endpoint_auth_methods_supported;
    (methods?.includes("client_secret_post") ? post : basic)(server, ...rest);
  };
}

/** Returns where the keys are. @throws when what the provider says of itself does not hold. */
function requireSound(provider: Provider, server: client.ServerMetadata, allowLoopback: boolean): string {
  const { issuer, authorization_endpoint, token_endpoint, jwks_uri } = server;
  const isOfMany = issuer.includes("{tenantid}");
  if (isOfMany && provider.validIssuers === undefined)
    throw new Error(
      "It speaks for many issuers. Write one tenant's as its issuer, or say in validIssuers which you accept.",
    );
  // To the letter, as in OpenID Connect Discovery §4.3: no added slash, no other case.
  if (issuer !== provider.issuer && !isOfMany)
    throw new Error(`It calls itself "${issuer.slice(0, 200)}". Write that as its issuer, if it is the one you mean.`);
  for (const endpoint of [authorization_endpoint, token_endpoint, jwks_uri]) {
    if (endpoint === undefined || !URL.canParse(endpoint) || !isSecureEnough(new URL(endpoint), allowLoopback))
      throw new Error("It does not say where to sign in, where tokens or where its keys are, over https.");
  }
  return jwks_uri ?? "";
}

/** All calls together that something asks of a provider: whoever waits for it is told within ten seconds. */
export const longestAnswerMs = 9500;

/** @throws ProviderUnavailable when something took too long that several calls are part of */
export async function withinTime<Result>(work: Promise<Result>, ms: number = longestAnswerMs): Promise<Result> {
  const stop = new AbortController();
  try {
    return await Promise.race([
      work,
      pause(ms, null, { signal: stop.signal, ref: false }).then(() => {
        throw new ProviderUnavailable("The provider took too long.");
      }),
    ]);
  } finally {
    stop.abort();
    // What is left of the two has nobody who waits for it.
    work.catch(() => {});
  }
}
