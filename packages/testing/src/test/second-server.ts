import type { Settings } from "@countersign/contract";

import { startOidcApp } from "./start-oidc-app.ts";

/** What `startSecondServer` hands to this program. */
export interface SecondServer {
  readonly databaseUrl: string;
  readonly idp: { readonly issuer: string; readonly clientId: string; readonly clientSecret: string | null };
  readonly key: string;
  /** How much its clock is ahead. */
  readonly aheadMs: number;
  readonly settings?: Partial<Settings>;
}

// The cast: written by `startSecondServer`.
const { databaseUrl, idp, key, aheadMs, settings = {} } = JSON.parse(process.argv[2] ?? "") as SecondServer;
const database = { create: async () => ({ url: databaseUrl, async [Symbol.asyncDispose]() {} }) };
const app = await startOidcApp(database, idp, {
  settings,
  keys: [Buffer.from(key, "base64url")],
  provider: { scopes: ["offline_access"] },
  clock: { now: () => Date.now() + aheadMs },
});
process.stdout.write(`${app.url}\n`);
process.stdin.resume().once("end", () => void app[Symbol.asyncDispose]().then(() => process.exit(0)));
