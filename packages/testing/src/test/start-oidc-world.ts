import { randomBytes } from "node:crypto";

import { eq } from "drizzle-orm";

import type { TestDialect } from "@app/services/databases";

import { startHostileProvider } from "../identity-provider/hostile/start-hostile-provider.ts";
import { type SignInWithOptions, signInWith } from "../identity-provider/sign-in-with.ts";
import type { IdentityProviderOptions } from "../identity-provider/start-identity-provider.ts";

import { type OidcAppOptions, startOidcApp } from "./start-oidc-app.ts";

export const localPassword = "a long enough word";
const nobody = { ip: null, userAgent: null, presented: null };

export type OidcWorld = Awaited<ReturnType<typeof startOidcWorld>>;

/** An app, and a provider with Ann and Bob that lies when it is told to: what tests of accounts ask of both. */
export async function startOidcWorld(
  dialect: TestDialect,
  options: OidcAppOptions & { readonly idp?: Partial<IdentityProviderOptions> } = {},
) {
  const idp = await startHostileProvider({ users: [{ name: "ann" }, { name: "bob" }], ...options.idp });
  const app = await startOidcApp(dialect, idp, { keys: [randomBytes(32)], ...options });
  const { identities, users } = app.db.tables;
  const userOf = async (username: string) => {
    const [user] = await app.db.select().from(users).where(eq(users.username, username));
    if (!user) throw new Error(`There is no ${username}.`);
    return user;
  };
  return {
    idp,
    app,
    userOf,
    enter: (name: string, signIn: Partial<SignInWithOptions> = {}) =>
      signInWith(idp, name, { app: app.url, as: "idp", ...signIn }),
    /** Whom this cookie opens the app for; null for nobody. */
    async who(cookie: string): Promise<string | null> {
      const answer = await app.http("who", { method: "GET", cookie });
      if (answer.status !== 200) return null;
      return ((await answer.json()) as { result: { data: string } }).result.data;
    },
    identities: () => app.db.select().from(identities).orderBy(identities.id),
    /** Somebody with a password, made by hand. Returns the id. */
    async register(username: string, email: string, { isVerified = false } = {}): Promise<string> {
      const made = await app.auth.accounts.register({ username, email, password: localPassword }, nobody);
      if (made.status === "invalid") throw new Error(`${username} was not made: ${JSON.stringify(made)}`);
      const { id } = await userOf(username);
      if (isVerified) await app.db.update(users).set({ emailVerifiedAt: new Date() }).where(eq(users.id, id));
      await app.takeMails();
      return id;
    },
    tellOfLogout: (token: string) =>
      fetch(`${app.url}/auth/oidc/idp/backchannel-logout`, {
        method: "POST",
        body: new URLSearchParams({ logout_token: token }),
      }),
    async [Symbol.asyncDispose]() {
      await app[Symbol.asyncDispose]();
      await idp[Symbol.asyncDispose]();
    },
  };
}

/** The token of the one link in a mail. */
export function tokenIn(mail: object | undefined): string {
  const token = /#token=([\w-]+)/.exec(JSON.stringify(mail ?? null))?.[1];
  if (token === undefined) throw new Error(`There is no link in ${JSON.stringify(mail)}.`);
  return token;
}
