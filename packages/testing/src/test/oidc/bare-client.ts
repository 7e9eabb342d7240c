import { text } from "node:stream/consumers";

import * as client from "openid-client";

import type { IdentityProvider, PlainBrowser } from "../../identity-provider/index.ts";
import { signInAtProvider } from "../../identity-provider/index.ts";
import { listenLocally } from "../../identity-provider/listen.ts";

/** `openid-client` itself at the addresses an app of ours has, which notes what it is sent there. */
export async function startBareClient(
  provider: Pick<IdentityProvider, "issuer" | "clientId" | "clientSecret">,
  { authenticate = client.ClientSecretPost }: { readonly authenticate?: (secret: string) => client.ClientAuth } = {},
) {
  const logoutTokens: string[] = [];
  const server = await listenLocally(async (request, response) => {
    const form = new URLSearchParams(await text(request));
    if (request.url?.endsWith("/backchannel-logout")) logoutTokens.push(form.get("logout_token") ?? "");
    response.writeHead(200).end();
  });
  const redirectUri = `${server.url}/auth/oidc/test/callback`;
  const { issuer, clientId, clientSecret } = provider;
  const secret = clientSecret === null ? client.None() : authenticate(clientSecret);
  // Without the second one `openid-client` trusts the connection, and looks at no signature of an ID token.
  // oxlint-disable-next-line typescript/no-deprecated -- it is marked to stand out; this stays on this machine
  const execute = [client.allowInsecureRequests, client.enableNonRepudiationChecks];
  const discover = () => client.discovery(new URL(issuer), clientId, undefined, secret, { execute });

  return {
    redirectUri,
    logoutTokens,
    discover,
    signIn,
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  };

  async function signIn(
    userName: string,
    { browser, parameters = {} }: { browser?: PlainBrowser; parameters?: Readonly<Record<string, string>> } = {},
  ) {
    const config = await discover();
    const pkceCodeVerifier = client.randomPKCECodeVerifier();
    const expectedNonce = client.randomNonce();
    const expectedState = client.randomState();
    const url = client.buildAuthorizationUrl(config, {
      redirect_uri: redirectUri,
      scope: "openid profile email",
      code_challenge: await client.calculatePKCECodeChallenge(pkceCodeVerifier),
      code_challenge_method: "S256",
      nonce: expectedNonce,
      state: expectedState,
      ...parameters,
    });
    const callback = await signInAtProvider({ issuer }, userName, { url: url.href, ...(browser ? { browser } : {}) });
    const tokens = await client.authorizationCodeGrant(config, new URL(callback), {
      pkceCodeVerifier,
      expectedNonce,
      expectedState,
      ...(parameters["max_age"] === undefined ? {} : { maxAge: Number(parameters["max_age"]) }),
    });
    return { config, tokens, claims: tokens.claims() ?? fail(), callback };
  }
}

function fail(): never {
  throw new Error("There is no ID token.");
}
