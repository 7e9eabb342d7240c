import { pageOrigin } from "./start-app-server.ts";

/** What a browser's cookie opens: calls over HTTP, as its pages make them. */
export interface Browser {
  /** Runs a query and answers with what it returned. */
  query(path: string, input?: unknown): Promise<unknown>;
  mutate(path: string, input: unknown): Promise<unknown>;
  /** The same cookie at another server. */
  at(serverUrl: string): Browser;
}

/** Signs in at a server and keeps the cookie. */
export async function signInBrowser(serverUrl: string, login: string, password: string): Promise<Browser> {
  const answer = await fetch(`${serverUrl}/trpc/auth.login`, {
    method: "POST",
    headers: { "content-type": "application/json", origin: pageOrigin },
    body: JSON.stringify({ login, password }),
  });
  const cookie = answer.headers.get("set-cookie")?.split(";")[0];
  if (!answer.ok || cookie === undefined) throw new Error(`${login} could not sign in: ${await answer.text()}`);
  return browserWith(cookie, serverUrl);
}

function browserWith(cookie: string, serverUrl: string): Browser {
  async function call(path: string, init: RequestInit): Promise<unknown> {
    const headers = { cookie, origin: pageOrigin, "content-type": "application/json" };
    const answer = await fetch(`${serverUrl}/trpc/${path}`, { ...init, headers });
    if (!answer.ok) throw new Error(`${path} answered ${answer.status}: ${await answer.text()}`);
    const { result } = (await answer.json()) as { readonly result: { readonly data?: unknown } };
    return result.data;
  }
  return {
    query: (path, input = {}) => call(`${path}?input=${encodeURIComponent(JSON.stringify(input))}`, { method: "GET" }),
    mutate: (path, input) => call(path, { method: "POST", body: JSON.stringify(input) }),
    at: (otherUrl) => browserWith(cookie, otherUrl),
  };
}
