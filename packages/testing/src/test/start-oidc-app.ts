import type { TestDialect } from "@app/services/databases";
import type { Clock, OidcOptions, ProviderOptions } from "@countersign/auth";
import type { Settings } from "@countersign/contract";
import { accountRouter, adminRouter, authRouter, createProcedures, sessionRouter } from "@countersign/rpc";

import type { Landing, PlainBrowser } from "../identity-provider/plain-browser.ts";
import {
  type IdentityProvider,
  type IdentityProviderOptions,
  startIdentityProvider,
} from "../identity-provider/start-identity-provider.ts";
import { startTestApp } from "../start-test-app.ts";

const { router, protectedProcedure, groupProcedure } = createProcedures();

const appRouter = router({
  account: accountRouter,
  admin: adminRouter,
  auth: authRouter,
  session: sessionRouter,
  who: protectedProcedure.query(({ ctx }) => ctx.user.username),
  staff: groupProcedure("staff").query(() => "staff only"),
  providerToken: protectedProcedure.query(async ({ ctx }) => ({ token: await ctx.oidc.accessToken() })),
});

export interface OidcAppOptions {
  readonly settings?: Partial<Settings>;
  readonly provider?: Partial<ProviderOptions>;
  readonly others?: readonly ProviderOptions[];
  readonly keys?: OidcOptions["keys"];
  readonly clock?: Clock;
}

/** An app that knows this provider as `idp`. */
export function startOidcApp(
  dialect: Pick<TestDialect, "create">,
  idp: Pick<IdentityProvider, "issuer" | "clientId" | "clientSecret">,
  { settings = {}, provider = {}, others = [], keys, clock }: OidcAppOptions = {},
) {
  const { issuer, clientId, clientSecret } = idp;
  return startTestApp({
    router: appRouter,
    database: () => dialect.create(),
    settings,
    ...(clock ? { clock } : {}),
    oidc: {
      providers: [{ name: "idp", label: "The Works", issuer, clientId, clientSecret, ...provider }, ...others],
      ...(keys ? { keys } : {}),
    },
  });
}

/** A provider with Ann and Bob, and an app that knows it. */
export async function startBoth(
  dialect: TestDialect,
  options: OidcAppOptions & { readonly idp?: Partial<IdentityProviderOptions> } = {},
) {
  const idp = await startIdentityProvider({ users: [{ name: "ann" }, { name: "bob" }], ...options.idp });
  const app = await startOidcApp(dialect, idp, options);
  return {
    idp,
    app,
    async [Symbol.asyncDispose]() {
      await app[Symbol.asyncDispose]();
      await idp[Symbol.asyncDispose]();
    },
  };
}

/** Begins a visit as a page would. Returns where the browser is to go. */
export async function startVisit(
  app: { readonly url: string },
  browser: PlainBrowser,
  input: Readonly<Record<string, unknown>> = {},
): Promise<string> {
  const { url } = (await browser.mutate(app.url, "auth.oidc.start", { provider: "idp", ...input })) as { url: string };
  return url;
}

/** The page of the app a browser was sent to, without the host. */
export function pageOf({ url }: Pick<Landing, "url">): string {
  const { pathname, search } = new URL(url);
  return `${pathname}${search}`;
}

/** The code of the error page a browser was sent to; null where it was sent elsewhere. */
export function errorOf({ url }: Pick<Landing, "url">): string | null {
  const { pathname, searchParams } = new URL(url);
  return pathname === "/auth/error" ? searchParams.get("code") : null;
}
