import { randomBytes } from "node:crypto";

import type { ClientMetadata } from "oidc-provider";

/** An app that the provider signs people in for. */
export interface IdentityClient {
  /** `countersign`, when it is left out. */
  readonly clientId?: string;
  /** A public client has no secret. */
  readonly isPublic?: boolean;
  /**
   * Where the app is, and under which name it knows the provider: then nothing else may ask. Left out, every app on this
   * machine may, and the provider learns its addresses from the first request of each.
   */
  readonly app?: { readonly url: string; readonly as: string };
  /** How ID tokens and logout tokens are signed; RS256. */
  readonly algorithm?: "RS256" | "PS256" | "ES256" | "EdDSA";
  /** How the app proves who it is; `client_secret_post`. The provider announces what its clients use, and nothing else. */
  readonly authentication?: "client_secret_post" | "client_secret_basic";
}

/** A client as the provider keeps it. */
export interface RegisteredClient {
  readonly clientId: string;
  /** Null: it is public. */
  readonly clientSecret: string | null;
  readonly authentication: "client_secret_post" | "client_secret_basic" | "none";
  readonly metadata: ClientMetadata;
  /** Takes on the addresses of an app on this machine that asks, where no app is named. */
  learn(redirectUri: string): void;
}

export function registerClient({
  clientId = "countersign",
  isPublic = false,
  app,
  algorithm = "RS256",
  authentication = "client_secret_post",
}: IdentityClient): RegisteredClient {
  const method = isPublic ? "none" : authentication;
  const clientSecret = isPublic ? null : randomBytes(32).toString("base64url");
  const metadata: ClientMetadata = {
    client_id: clientId,
    client_name: clientId,
    ...(clientSecret === null ? {} : { client_secret: clientSecret }),
    token_endpoint_auth_method: method,
    id_token_signed_response_alg: algorithm,
    grant_types: ["authorization_code", "refresh_token"],
    response_types: ["code"],
    // Nobody listens there: without an app, nobody has asked yet.
    redirect_uris: ["http://127.0.0.1:9/nobody"],
    post_logout_redirect_uris: [],
    backchannel_logout_session_required: true,
  };
  const know = (redirectUri: string) => {
    const beside = (name: string) => new URL(name, redirectUri).href;
    metadata.redirect_uris = unite(metadata.redirect_uris, redirectUri);
    metadata.post_logout_redirect_uris = unite(metadata.post_logout_redirect_uris, beside("logged-out"));
    metadata.backchannel_logout_uri = beside("backchannel-logout");
  };
  if (app) know(new URL(`/auth/oidc/${app.as}/callback`, app.url).href);

  return {
    clientId,
    clientSecret,
    authentication: method,
    metadata,
    learn(redirectUri) {
      if (!app && isCallbackHere(redirectUri)) know(redirectUri);
    },
  };
}

function unite(known: readonly string[] = [], uri: string): readonly string[] {
  return [...new Set([...known, uri])];
}

function isCallbackHere(uri: string): boolean {
  if (!URL.canParse(uri)) return false;
  const { protocol, hostname, pathname, search, hash } = new URL(uri);
  return (
    /^https?:$/.test(protocol) &&
    /^(localhost|127\.0\.0\.1|\[::1\])$/.test(hostname) &&
    /^\/auth\/oidc\/[^/]+\/callback$/.test(pathname) &&
    search === "" &&
    hash === ""
  );
}
