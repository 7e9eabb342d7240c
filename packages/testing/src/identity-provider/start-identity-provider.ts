import type { Provider } from "oidc-provider";

import { answerSignIn, signInPath } from "./answer-sign-in.ts";
import { createProvider } from "./create-provider.ts";
import { type IdentityClient, registerClient, type RegisteredClient } from "./identity-client.ts";
import { claimsOf, type IdentityUser, subjectOf } from "./identity-user.ts";
import { listenLocally } from "./listen.ts";
import { createProviderStore } from "./provider-store.ts";
import { makeSigningKeys } from "./signing-keys.ts";
import { issueLogoutToken, type LogoutAnswer, tellOfEnd } from "./tell-of-end.ts";

export interface IdentityProviderOptions {
  readonly users: readonly IdentityUser[];
  /** The apps it signs people in for. One confidential client, `countersign`, when it is left out. */
  readonly clients?: readonly IdentityClient[];
  /** A free one, when it is left out. */
  readonly port?: number;
  /** How long access tokens are good for; an hour. */
  readonly accessTokenSeconds?: number;
  /** What it calls itself, when something stands before it. Its own address, when it is left out. */
  readonly issuer?: string;
}

/** An OpenID provider on this machine: `oidc-provider`, which is certified, with users that need no password. */
export interface IdentityProvider extends AsyncDisposable {
  readonly issuer: string;
  /** Of the first client. */
  readonly clientId: string;
  /** Of the first client; null when it is public. */
  readonly clientSecret: string | null;
  /** Where it listens. The issuer, unless something stands before it. */
  readonly url: string;
  /** Those who can sign in now. */
  readonly users: readonly IdentityUser[];
  /** The id and the secret of a client by its id. */
  client(clientId: string): { readonly clientId: string; readonly clientSecret: string | null };
  /**
   * The variables that point an app at it. With a name it is one provider of several (`OIDC_PROVIDERS` holds this one only: join
   * them yourself), without it the only one, which the app calls `oidc`.
   */
  environment(name?: string, clientId?: string): Record<string, string>;
  /** Changes what is known of a user, or adds one. What their next tokens say; those issued stay as they are. */
  setUser(user: IdentityUser): void;
  /** From now on nobody of this name can sign in, and no token of theirs is refreshed. */
  removeUser(name: string): void;
  /** Signs with new keys from now on. The old ones stay published, unless `keepOld` is false. */
  rotateKeys(options?: { readonly keepOld?: boolean }): Promise<void>;
  /**
   * Ends all sessions of a user here, with their tokens, and tells the apps by back-channel logout. Returns what each app
   * answered.
   */
  endSession(userName: string): Promise<readonly LogoutAnswer[]>;
  /** A logout token for the newest session of a user, as `endSession` would send it, and not sent. */
  logoutToken(userName: string): Promise<string>;
  stop(): Promise<void>;
}

/**
 * Starts a provider on a free port. Leaving the block that holds it with `await using` stops it.
 *
 *     await using provider = await startIdentityProvider({ users: [{ name: "ann", groups: ["staff"] }] });
 */
export async function startIdentityProvider({
  clients = [{}],
  port,
  accessTokenSeconds = 3600,
  ...options
}: IdentityProviderOptions): Promise<IdentityProvider> {
  const registered = clients.map(registerClient);
  const findClient = (clientId: string) => registered.find((each) => each.clientId === clientId);
  const getClient = (clientId: string) => findClient(clientId) ?? fail(`There is no client "${clientId}" here.`);
  const first = registered[0] ?? fail("A provider needs a client: leave out `clients`, or name one.");

  const users = new Map(options.users.map((user) => [user.name, user]));
  const getUser = (name: string) => users.get(name) ?? fail(`There is no user "${name}" here. Add them with setUser.`);
  const findClaims = (subject: string) => {
    const user = [...users.values()].find((each) => subjectOf(each) === subject);
    return user && claimsOf(user);
  };

  const store = createProviderStore((clientId) => findClient(clientId)?.metadata);
  const clientAuthMethods = [...new Set(registered.map(({ authentication }) => authentication))];
  let keys = await makeSigningKeys();
  let provider: Provider;
  let answer: ReturnType<Provider["callback"]>;
  // Its keys and the names of its claims cannot be changed, so another one takes its place; what they keep is the same.
  const renew = () => {
    const claimNames = [...new Set([...users.values()].flatMap(({ claims = {} }) => Object.keys(claims)))];
    provider = createProvider({ issuer, store, keys, claimNames, accessTokenSeconds, clientAuthMethods, findClaims });
    answer = provider.callback();
  };

  const server = await listenLocally(async (request, response) => {
    const url = new URL(request.url ?? "/", issuer);
    if (url.pathname.startsWith(signInPath)) return answerSignIn(provider, [...users.values()], request, response);
    if (url.pathname === "/auth") learnAddress(url, findClient);
    return answer(request, response);
  }, port);
  const { issuer = server.url } = options;
  renew();
  const stop = async () => {
    await server[Symbol.asyncDispose]();
  };

  return {
    issuer,
    url: server.url,
    clientId: first.clientId,
    clientSecret: first.clientSecret,
    get users() {
      return [...users.values()];
    },
    client: getClient,
    environment: (name, clientId = first.clientId) => describeToApp(issuer, getClient(clientId), name),
    setUser(user) {
      users.set(user.name, user);
      renew();
    },
    removeUser: (name) => void users.delete(name),
    async rotateKeys({ keepOld = true } = {}) {
      const fresh = await makeSigningKeys();
      keys = keepOld ? [...fresh, ...keys] : fresh;
      renew();
    },
    async endSession(userName) {
      const sessions = store.sessionsOf(subjectOf(getUser(userName)));
      const answers = await Promise.all(sessions.map((session) => tellOfEnd(provider, session)));
      for (const session of sessions) await store.endSession(session);
      return answers.flat();
    },
    async logoutToken(userName) {
      const session = store.sessionsOf(subjectOf(getUser(userName))).at(-1);
      return issueLogoutToken(provider, session ?? fail(`${userName} has no session here.`), first.clientId);
    },
    stop,
    [Symbol.asyncDispose]: stop,
  };
}

function learnAddress(url: URL, findClient: (clientId: string) => RegisteredClient | undefined): void {
  const redirectUri = url.searchParams.get("redirect_uri");
  if (redirectUri !== null) findClient(url.searchParams.get("client_id") ?? "")?.learn(redirectUri);
}

function describeToApp(
  issuer: string,
  { clientId, clientSecret }: RegisteredClient,
  name: string | undefined,
): Record<string, string> {
  const prefix = name === undefined ? "OIDC" : name.toUpperCase().replaceAll("-", "_");
  return {
    ...(name === undefined ? {} : { OIDC_PROVIDERS: name }),
    [`${prefix}_ISSUER`]: issuer,
    [`${prefix}_CLIENT_ID`]: clientId,
    ...(clientSecret === null ? {} : { [`${prefix}_CLIENT_SECRET`]: clientSecret }),
    // It is on this machine, which an app in production would not talk to.
    [`${prefix}_ALLOW_PRIVATE`]: "true",
  };
}

function fail(message: string): never {
  throw new Error(message);
}
