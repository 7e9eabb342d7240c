import { eq } from "drizzle-orm";
import * as client from "openid-client";

import { oidcPages } from "@countersign/contract";

import { isMeantBy } from "../session/presented-token.ts";
import { createToken, hashToken, isToken } from "../session/token.ts";

import type { Discovered } from "./connection.ts";
import { loggedOutUrl, type OidcContext } from "./oidc-context.ts";
import { toPlainError } from "./plain-error.ts";
import { tokenPlace } from "./provider-session.ts";
import { beginTransaction, claimTransaction, newTransactionId, type PresentedBrowser } from "./transaction.ts";

/** A session that is about to end here, as its provider knows it. */
export interface LeavingSession {
  readonly provider: string;
  readonly idToken: string | null;
  readonly refreshToken: string | null;
}

/** What the provider has to be told once this session has ended; null when nothing. Read before: it goes with the session. */
export async function readLeaving(context: OidcContext, tokenHash: string | null): Promise<LeavingSession | null> {
  if (tokenHash === null) return null;
  const { providerSessions, sessions } = context.db.tables;
  const [row] = await context.db
    .select({
      id: sessions.id,
      provider: providerSessions.provider,
      idToken: providerSessions.idToken,
      refreshToken: providerSessions.refreshToken,
    })
    .from(providerSessions)
    .innerJoin(sessions, eq(sessions.id, providerSessions.sessionId))
    .where(isMeantBy(sessions, tokenHash, context.clock.now()));
  if (!row || context.providers.get(row.provider)?.logout !== "provider") return null;
  const { seal } = context;
  return {
    provider: row.provider,
    idToken: await seal.open(row.idToken, tokenPlace(row.id, "id_token")),
    refreshToken: await seal.open(row.refreshToken, tokenPlace(row.id, "refresh_token")),
  };
}

/** In a URL: beyond that servers show an error instead of a page. The provider then goes by the client's id, and may ask the person. */
const longestHint = 4096;
/** Signing out waits for the provider's word no longer. */
const longestMs = 2000;

/**
 * Where the browser is to go to be signed out at the provider as well, and the token of its cookie. Null where the provider
 * has no such place, or does not say in time: here the session has ended anyhow.
 */
export async function beginLogout(
  context: OidcContext,
  { provider: name, idToken, refreshToken }: LeavingSession,
  bindings: readonly string[],
): Promise<{ readonly url: string; readonly binding: string } | null> {
  const provider = context.providers.get(name);
  const discovered = (await provider?.connection.discoverWithin(longestMs)) ?? null;
  const endpoint = discovered?.config.serverMetadata().end_session_endpoint;
  if (provider === undefined || discovered === null || endpoint === undefined) return null;

  if (refreshToken !== null) revoke(context, discovered, refreshToken);
  const binding = bindings.find(isToken) ?? createToken();
  const state = await beginTransaction(context.db, {
    id: newTransactionId(),
    bindingHash: hashToken(binding) ?? "",
    provider: provider.name,
    issuer: provider.issuer,
    purpose: "logout",
    secrets: null,
    returnTo: oidcPages.loggedOut,
    remember: false,
    userId: null,
    sessionId: null,
    now: new Date(context.clock.now()),
  });
  const url = client.buildEndSessionUrl(discovered.config, {
    post_logout_redirect_uri: loggedOutUrl(context, provider.name).href,
    state,
    ...(idToken === null || idToken.length > longestHint ? {} : { id_token_hint: idToken }),
  });
  return { url: url.href, binding };
}

/** What nobody here needs any more is to be good for nothing (RFC 7009). Nobody waits for it: here it is gone already. */
function revoke({ onError }: OidcContext, { config }: Discovered, refreshToken: string): void {
  if (config.serverMetadata().revocation_endpoint === undefined) return;
  client
    .tokenRevocation(config, refreshToken, { token_type_hint: "refresh_token" })
    .catch((error: unknown) => onError(toPlainError(error)));
}

/** Uses up the state of a browser that comes back. Whether it was good changes nothing: nobody is signed in by it, or out. */
export async function endLogout(
  context: OidcContext,
  returned: PresentedBrowser & { readonly provider: string; readonly state: string | null },
): Promise<boolean> {
  const now = new Date(context.clock.now());
  return (await claimTransaction(context.db, { ...returned, now }, "logout")) !== null;
}
