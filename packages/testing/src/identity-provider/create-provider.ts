import type { JWK } from "jose";
import { type Account, type ClientAuthMethod, type KoaContextWithOIDC, Provider } from "oidc-provider";

import { signedOutPage, signOutPage, troublePage } from "./pages.ts";
import type { ProviderStore } from "./provider-store.ts";

export interface ProviderOptions {
  readonly issuer: string;
  readonly store: ProviderStore;
  /** The first that fits signs; all are published. */
  readonly keys: readonly JWK[];
  readonly claimNames: readonly string[];
  readonly accessTokenSeconds: number;
  /** How the clients prove who they are. */
  readonly clientAuthMethods: readonly ClientAuthMethod[];
  readonly findClaims: (subject: string) => (Record<string, unknown> & { sub: string }) | undefined;
}

/**
 * The certified implementation itself, set up as most providers are: no consent to ask for, claims in the ID token as well as at
 * userinfo, refresh tokens without asking for them, each of which is good for one use.
 */
export function createProvider({
  issuer,
  store,
  keys,
  claimNames,
  accessTokenSeconds,
  clientAuthMethods,
  findClaims,
}: ProviderOptions): Provider {
  const provider = new Provider(issuer, {
    adapter: (kind: string) => store.adapter(kind),
    jwks: { keys },
    findAccount: (_ctx, subject) => toAccount(findClaims(subject)),
    claims: {
      openid: ["sub", "groups", ...claimNames],
      profile: ["name", "given_name", "family_name", "preferred_username", "locale"],
      email: ["email", "email_verified"],
      groups: ["groups"],
    },
    scopes: ["openid", "profile", "email", "groups", "offline_access"],
    responseTypes: ["code"],
    clientAuthMethods,
    conformIdTokenClaims: false,
    loadExistingGrant,
    issueRefreshToken: async (_ctx, client) => client.grantTypeAllowed("refresh_token"),
    rotateRefreshToken: true,
    pkce: { required: () => true },
    features: {
      devInteractions: { enabled: false },
      backchannelLogout: { enabled: true },
      rpInitiatedLogout: { enabled: true, logoutSource: signOutPage, postLogoutSuccessSource: signedOutPage },
      revocation: { enabled: true },
    },
    renderError: troublePage,
    // Its own refuses addresses of this machine, and here are the apps it tells of the end of a session.
    fetch(input, init) {
      const { dispatcher: _refusing, ...rest } = { dispatcher: undefined, ...init };
      return fetch(input, rest);
    },
    // Apps on this machine share its cookies, whatever their ports.
    cookies: {
      names: { session: "idp_session", interaction: "idp_interaction", resume: "idp_resume" },
    },
    ttl: {
      AccessToken: accessTokenSeconds,
      AuthorizationCode: 60,
      Grant: 86_400,
      IdToken: 3600,
      Interaction: 3600,
      RefreshToken: 86_400,
      Session: 86_400,
    },
  });
  // Its own addresses are those that whoever stands before it was asked at.
  provider.proxy = true;
  return provider;
}

function toAccount(claims: (Record<string, unknown> & { sub: string }) | undefined): Account | undefined {
  return claims && { accountId: claims.sub, claims: () => claims };
}

/** Whatever an app asks for is granted: nobody is asked. */
async function loadExistingGrant(ctx: KoaContextWithOIDC) {
  const { provider, session, client, params, result } = ctx.oidc;
  if (!session || !client) throw new Error("A grant is asked for without a session or a client.");
  const grantId = result?.consent?.grantId ?? session.grantIdFor(client.clientId);
  const found = grantId === undefined ? undefined : await provider.Grant.find(grantId);
  const grant = found ?? new provider.Grant({ clientId: client.clientId, ...owner(session.accountId) });
  grant.addOIDCScope(typeof params?.scope === "string" ? params.scope : "openid");
  await grant.save();
  return grant;
}

function owner(accountId: string | undefined) {
  return accountId === undefined ? {} : { accountId };
}
