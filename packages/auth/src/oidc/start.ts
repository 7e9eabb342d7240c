import * as client from "openid-client";
import type { Configuration } from "openid-client";

import { type OidcPurpose, safeReturnTo } from "@countersign/contract";

import type { SignInOrigin } from "../account/account-context.ts";
import { createToken, hashToken, isToken } from "../session/token.ts";
import type { Limited } from "../throttle/windows.ts";

import { callbackUrl, type ConnectedProvider, type OidcContext } from "./oidc-context.ts";
import { tellOnce } from "./tell-once.ts";
import { beginTransaction, newTransactionId, type PresentedBrowser } from "./transaction.ts";

export interface StartInput {
  readonly provider: string;
  readonly purpose: OidcPurpose;
  readonly returnTo?: string | undefined;
  readonly remember?: boolean | undefined;
}

export type StartResult =
  /** Where the browser is to go, and the token of the cookie that says which one it is: the same for all of its tabs that come later. */
  | { readonly status: "started"; readonly url: string; readonly binding: string }
  | { readonly status: "unknown" }
  | { readonly status: "unavailable" }
  | Limited;

/** What is kept, encrypted, of a visit until the browser comes back. */
export interface TransactionSecrets {
  readonly codeVerifier: string;
  readonly nonce: string;
}

/** Long enough to make nobody sign in anew. */
const yearSeconds = 31_536_000;

/** See `Oidc.start`. */
export async function start(
  context: OidcContext,
  input: StartInput,
  from: SignInOrigin & PresentedBrowser,
): Promise<StartResult> {
  const provider = context.providers.get(input.provider);
  if (provider === undefined) return { status: "unknown" };
  const admission = await context.throttle.admitProviderStart(from.ip);
  if (admission.status === "limited") return admission;

  const discovered = await provider.connection.discover().catch((error: unknown) => {
    tellOnce(context.onError, error);
    return null;
  });
  if (discovered === null) {
    admission.cancelled();
    return { status: "unavailable" };
  }
  const binding = from.bindings.find(isToken) ?? createToken();
  const url = await beginVisit(context, { provider, config: discovered.config, input, from, binding });
  return { status: "started", url, binding };
}

async function beginVisit(
  context: OidcContext,
  visit: {
    readonly provider: ConnectedProvider;
    readonly config: Configuration;
    readonly input: StartInput;
    readonly from: SignInOrigin;
    readonly binding: string;
  },
): Promise<string> {
  const { provider, config, input, from, binding } = visit;
  const isOfUser = input.purpose !== "sign-in";
  const id = newTransactionId();
  // RFC 9700 §2.1.1: PKCE also for confidential clients.
  const secrets: TransactionSecrets = { codeVerifier: client.randomPKCECodeVerifier(), nonce: client.randomNonce() };
  const state = await beginTransaction(context.db, {
    id,
    bindingHash: hashToken(binding) ?? "",
    provider: provider.name,
    issuer: provider.issuer,
    purpose: input.purpose,
    secrets: await context.seal.close(JSON.stringify(secrets), secretsPlace(id)),
    returnTo: safeReturnTo(input.returnTo),
    remember: input.remember ?? false,
    userId: isOfUser ? (from.presented?.user.id ?? null) : null,
    sessionId: isOfUser ? (from.presented?.session.id ?? null) : null,
    now: new Date(context.clock.now()),
  });
  const parameters = {
    redirect_uri: callbackUrl(context, provider.name).href,
    scope: [...new Set(["openid", "email", "profile", ...provider.scopes])].join(" "),
    state,
    nonce: secrets.nonce,
    code_challenge: await client.calculatePKCECodeChallenge(secrets.codeVerifier),
    code_challenge_method: "S256",
    // With any `max_age` the provider says when it asked the person last (OpenID Connect Core §3.1.2.1).
    ...(input.purpose === "step-up" ? { prompt: "login", max_age: "0" } : { max_age: String(yearSeconds) }),
  };
  return client.buildAuthorizationUrl(config, parameters).href;
}

export function secretsPlace(id: string): string {
  return `oidc_transactions:${id}:secrets`;
}

export function pendingPlace(id: string): string {
  return `oidc_transactions:${id}:pending`;
}
