import { inspect } from "node:util";

import { expect, test, vi } from "vitest";

import { describeDatabases } from "@app/services/databases";

import { startHostileProvider } from "../identity-provider/hostile/start-hostile-provider.ts";
import { openPlainBrowser } from "../identity-provider/plain-browser.ts";
import { signInWith } from "../identity-provider/sign-in-with.ts";
import { errorOf, pageOf, startOidcApp, startVisit } from "../test/start-oidc-app.ts";
import { askForToken } from "../test/start-renewing.ts";

const entra = "https://login.microsoftonline.com";
const issuer = `${entra}/organizations/v2.0`;
const tenant = (id: string) => `${entra}/${id}/v2.0`;

const place = vi.hoisted(() => ({ url: "" }));

// Only one provider in the world speaks for many issuers, and none like it runs here: calls to it are made to the one that does.
vi.mock("../../../auth/src/oidc/outgoing-fetch.ts", async (importActual) => {
  const real = await importActual<OutgoingFetch>();
  const createOutgoingFetch: OutgoingFetch["createOutgoingFetch"] = (rule) => {
    const call = real.createOutgoingFetch(rule);
    return (address, options) =>
      call(address.replace("https://login.microsoftonline.com/organizations/v2.0", place.url), options);
  };
  return { ...real, createOutgoingFetch };
});

interface OutgoingFetch {
  createOutgoingFetch(rule: unknown): (address: string, options: unknown) => Promise<Response>;
}

describeDatabases((dialect) => {
  /** A provider that speaks of itself as Entra does, and an app that takes the people of two tenants. */
  async function startTenants(validIssuers?: (issuer: string) => boolean) {
    const idp = await startHostileProvider({ users: [{ name: "ann" }], accessTokenSeconds: 30 });
    place.url = idp.issuer;
    idp.change("discovery", {
      issuer: `${entra}/{tenantid}/v2.0`,
      authorization_response_iss_parameter_supported: false,
    });
    idp.change("authorization", { iss: undefined });
    const app = await startOidcApp(
      dialect,
      { ...idp, issuer },
      { provider: { scopes: ["offline_access"], ...(validIssuers ? { validIssuers } : {}) } },
    );
    return {
      idp,
      app,
      enter: (claims: Readonly<Record<string, unknown>>) => {
        idp.claims(claims);
        return signInWith(idp, "ann", { app: app.url, as: "idp" });
      },
      async [Symbol.asyncDispose]() {
        await app[Symbol.asyncDispose]();
        await idp[Symbol.asyncDispose]();
      },
    };
  }

  test("of a provider that speaks for many issuers those named are let in, each a world of its own", async () => {
    const named = new Set(["t-1", "t-2"].map(tenant));
    await using tenants = await startTenants((claimed) => named.has(claimed));
    const { app } = tenants;
    const first = await tenants.enter({ iss: tenant("t-1"), tid: "t-1" });
    expect(pageOf(first.landing)).toBe("/auth/signed-in?to=%2F");
    await app.db.update(app.db.tables.providerSessions).set({ accessExpiresAt: new Date(Date.now() + 1000) });
    expect((await askForToken(app.url, first.cookie)).token).not.toBeNull();
    const second = await tenants.enter({ iss: tenant("t-2"), tid: "t-2", email: "other@example.com" });
    expect(pageOf(second.landing)).toBe("/auth/signed-in?to=%2F");
    // The same subject, and somebody else.
    const { identities } = app.db.tables;
    const known = await app.db.select().from(identities);
    expect(known.map((identity) => `${identity.issuer} ${identity.subject}`).toSorted()).toEqual([
      `${tenant("t-1")} ann`,
      `${tenant("t-2")} ann`,
    ]);
    expect(new Set(known.map(({ userId }) => userId)).size).toBe(2);

    for (const claims of [
      { iss: tenant("t-3"), tid: "t-3" },
      { iss: tenant("t-1"), tid: "t-3" },
      { iss: tenant("t-1"), tid: undefined },
      { iss: `${entra}/{tenantid}/v2.0`, tid: "{tenantid}" },
      { iss: issuer, tid: "organizations" },
      { iss: tenants.idp.issuer, tid: "t-1" },
    ])
      expect([claims, errorOf((await tenants.enter(claims)).landing)]).toEqual([claims, "provider"]);
    expect(await app.db.select().from(identities)).toHaveLength(2);
  });

  test("without a word of whom to accept nobody goes there, and a promise is no such word", async () => {
    await using unnamed = await startTenants();
    await expect(startVisit(unnamed.app, openPlainBrowser())).rejects.toThrow("PROVIDER_UNAVAILABLE");
    expect(inspect(unnamed.app.logged, { depth: 5 })).toContain("say in validIssuers which you accept");

    // The cast: so may an app in plain JavaScript.
    await using promised = await startTenants((async () => false) as unknown as () => boolean);
    const { landing } = await promised.enter({ iss: tenant("t-3"), tid: "t-3" });
    expect(errorOf(landing)).toBe("provider");
  });
});
