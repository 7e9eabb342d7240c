import type { TestDialect } from "@app/services/databases";
import type { OidcOptions, ProviderOptions } from "@countersign/auth";
import type { Settings } from "@countersign/contract";
import { accountRouter, authRouter, createProcedures, sessionRouter } from "@countersign/rpc";

import {
  type IdentityProvider,
  type IdentityProviderOptions,
  startIdentityProvider,
} from "../identity-provider/start-identity-provider.ts";
import { startTestApp } from "../start-test-app.ts";

const { router, protectedProcedure, groupProcedure } = createProcedures();

const appRouter = router({
  account: accountRouter,
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
}

/** An app that knows this provider as `idp`. */
export function startOidcApp(
  dialect: TestDialect,
  idp: Pick<IdentityProvider, "issuer" | "clientId" | "clientSecret">,
  { settings = {}, provider = {}, others = [], keys }: OidcAppOptions = {},
) {
  const { issuer, clientId, clientSecret } = idp;
  return startTestApp({
    router: appRouter,
    database: () => dialect.create(),
    settings,
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
