import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { createServer } from "node:http";

import { exportJWK, generateKeyPair, SignJWT } from "jose";

import type { SignInProvider } from "../side/side.ts";

/** As much of an identity provider as it takes to sign people out: its description, its key, and what it signs with that. */
export interface LogoutProvider extends SignInProvider, AsyncDisposable {
  /** Of OpenID Connect Back-Channel Logout 1.0 §2.4, for what it calls this session. */
  logoutToken(sid: string): Promise<string>;
}

export async function startLogoutProvider(): Promise<LogoutProvider> {
  const { publicKey, privateKey } = await generateKeyPair(alg, { extractable: true });
  const key = { ...(await exportJWK(publicKey)), alg, kid: "bench", use: "sig" };
  const server = createServer((request, response) => {
    const answer = request.url === jwksPath ? { keys: [key] } : describe(issuer);
    response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify(answer));
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("A server that listens has a port.");
  const issuer = `http://127.0.0.1:${address.port}`;

  return {
    name: "bench",
    issuer,
    clientId,
    logoutToken: (sid) =>
      new SignJWT({ sid, events: { "http://schemas.openid.net/event/backchannel-logout": {} } })
        .setProtectedHeader({ alg, kid: key.kid, typ: "logout+jwt" })
        .setIssuer(issuer)
        .setAudience(clientId)
        .setIssuedAt()
        .setExpirationTime("2m")
        .setJti(randomUUID())
        .sign(privateKey),
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
    },
  };
}

const alg = "ES256";
const clientId = "countersign";
const jwksPath = "/jwks";

function describe(issuer: string): object {
  return {
    issuer,
    authorization_endpoint: `${issuer}/authorize`,
    token_endpoint: `${issuer}/token`,
    jwks_uri: `${issuer}${jwksPath}`,
    response_types_supported: ["code"],
    subject_types_supported: ["public"],
    id_token_signing_alg_values_supported: [alg],
  };
}
