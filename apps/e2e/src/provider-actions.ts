import { randomBytes } from "node:crypto";

import type { Page } from "@playwright/test";

import { test as base } from "@app/browser";
import {
  type IdentityProvider,
  type IdentityUser,
  startIdentityProvider,
} from "@countersign/testing/identity-provider";

import { startHttpsFront } from "./https-front.ts";

interface Works {
  readonly provider: IdentityProvider;
  /** What makes a server know it. */
  readonly environment: Readonly<Record<string, string>>;
}

interface Fixtures {
  readonly works: Works;
}

interface Options {
  /** In one object, because Playwright reads lists in a way of its own. */
  readonly setUp: {
    /** Who the provider can sign in: Nina Soto, when it is left out. */
    readonly users?: readonly IdentityUser[];
    /** What else the server is told. */
    readonly environment?: Readonly<Record<string, string>>;
  };
}

/** A server that knows one provider, "The Works", which is on this machine and so within its network. */
export const test = base.extend<Fixtures & Options>({
  setUp: [{}, { option: true }],
  ignoreHTTPSErrors: true,

  works: async ({ setUp: { users = [{ name: "nina", fullName: "Nina Soto" }] } }, use) => {
    await using front = await startHttpsFront();
    await using provider = await startIdentityProvider({ users, issuer: front.url });
    front.passTo(provider.url);
    await use({
      provider,
      environment: {
        ...provider.environment("works"),
        WORKS_LABEL: "The Works",
        WORKS_ALLOW_PRIVATE: "true",
        OIDC_KEYS: randomBytes(32).toString("base64url"),
        NODE_EXTRA_CA_CERTS: front.certificateFile,
      },
    });
  },

  server: async ({ newServer, works, setUp: { environment } }, use) => {
    await use(await newServer({ ...works.environment, ...environment }));
  },
});

/** Goes to the provider from the page that is open, and signs in there. */
export async function signInAtWorks(page: Page, fullName: string): Promise<void> {
  await page.getByRole("button", { name: "Continue with The Works" }).click();
  await chooseAtWorks(page, fullName);
}

/** On the provider's page. */
export async function chooseAtWorks(page: Page, fullName: string): Promise<void> {
  await page.getByRole("button", { name: fullName }).click();
}
