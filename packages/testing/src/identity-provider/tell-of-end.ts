import { randomUUID } from "node:crypto";

import type { AdapterPayload, Provider } from "oidc-provider";

/** What an app said when it was told that a session had ended. */
export interface LogoutAnswer {
  readonly clientId: string;
  readonly uri: string;
  /** Null: it could not be reached. */
  readonly status: number | null;
}

/** Back-channel logout: tells every app that somebody was signed in to in this session. */
export async function tellOfEnd(provider: Provider, session: AdapterPayload): Promise<readonly LogoutAnswer[]> {
  const clientIds = Object.keys(session.authorizations ?? {});
  const answers = clientIds.map(async (clientId) => {
    const client = await provider.Client.find(clientId);
    if (!client?.backchannelLogoutUri) return [];
    const uri = client.backchannelLogoutUri;
    const body = new URLSearchParams({ logout_token: await issueLogoutToken(provider, session, clientId) });
    return [{ clientId, uri, status: await post(uri, body) }];
  });
  return (await Promise.all(answers)).flat();
}

/** The token of OpenID Connect Back-Channel Logout 1.0 §2.4, signed as the ID tokens of the client are. */
export async function issueLogoutToken(
  provider: Provider,
  { accountId, authorizations }: AdapterPayload,
  clientId: string,
): Promise<string> {
  const client = await provider.Client.find(clientId);
  const sid = authorizations?.[clientId]?.sid;
  if (!client || sid === undefined) throw new Error(`Nobody has signed in to "${clientId}" in this session.`);

  const token = new provider.IdToken({ sub: accountId }, { client });
  // Not in its types: which claims of the user it holds.
  Object.assign(token, { mask: { sub: null } });
  token.set("events", { "http://schemas.openid.net/event/backchannel-logout": {} });
  token.set("jti", randomUUID());
  token.set("sid", sid);
  return token.issue({ use: "logout" });
}

async function post(uri: string, body: URLSearchParams): Promise<number | null> {
  try {
    const response = await fetch(uri, { method: "POST", body, redirect: "manual", signal: AbortSignal.timeout(5000) });
    await response.body?.cancel();
    return response.status;
  } catch {
    // The answer says that there was none.
    return null;
  }
}
