import { randomBytes } from "node:crypto";

import { isNotNull } from "drizzle-orm";

import type { TestDialect } from "@app/services/databases";
import type { ProviderOptions } from "@countersign/auth";

import { startHostileProvider } from "../identity-provider/hostile/start-hostile-provider.ts";
import type { IdentityUser } from "../identity-provider/identity-user.ts";
import { signInWith } from "../identity-provider/sign-in-with.ts";

import { type OidcAppOptions, startOidcApp } from "./start-oidc-app.ts";

const shortSeconds = 30;

/**
 * An app with somebody in it who came by a provider, whose token is about to end whenever it is asked for: each use of it renews
 * it. With another lifetime than 30 seconds it ends when it ends.
 */
export async function startRenewing(
  dialect: Pick<TestDialect, "create">,
  provider: Partial<ProviderOptions> = {},
  accessTokenSeconds: number = shortSeconds,
  options: Pick<OidcAppOptions, "clock" | "settings"> & { readonly ann?: Partial<IdentityUser> } = {},
) {
  const users = [{ name: "ann", ...options.ann }, { name: "bob" }];
  const idp = await startHostileProvider({ users, accessTokenSeconds });
  const keys = [randomBytes(32)];
  const scopes = ["offline_access"];
  const app = await startOidcApp(dialect, idp, { ...options, keys, provider: { scopes, ...provider } });
  const ann = await signInWith(idp, "ann", { app: app.url, as: "idp" });
  const { providerSessions } = app.db.tables;

  async function endSoon(): Promise<void> {
    const accessExpiresAt = new Date(Date.now() + 10_000);
    await app.db.update(providerSessions).set({ accessExpiresAt }).where(isNotNull(providerSessions.accessExpiresAt));
  }

  return {
    idp,
    app,
    ann,
    keys,
    endSoon,
    async ask(cookie: string = ann.cookie) {
      if (accessTokenSeconds === shortSeconds) await endSoon();
      return askForToken(app.url, cookie);
    },
    refreshes: () => idp.requests("token").filter(({ body }) => body.includes("grant_type=refresh_token")).length,
    rows: () => app.db.select().from(providerSessions),
    async [Symbol.asyncDispose]() {
      await app[Symbol.asyncDispose]();
      await idp[Symbol.asyncDispose]();
    },
  };
}

/** What an app's own code gets of the provider's token, by way of a procedure that hands it out. */
export async function askForToken(appUrl: string, cookie: string) {
  const answer = await fetch(`${appUrl}/trpc/providerToken`, { headers: { origin: appUrl, cookie } });
  const body = (await answer.json()) as Answer;
  const { data, message } = body.error ?? {};
  return { status: answer.status, token: body.result?.data.token ?? null, reason: data?.reason, message };
}

interface Answer {
  readonly result?: { readonly data: { readonly token: string | null } };
  readonly error?: { readonly message: string; readonly data: { readonly reason?: string } };
}
