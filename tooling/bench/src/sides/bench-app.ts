import type { AnyRouter } from "@trpc/server";

import { type Auth, createAuth, type Mailer } from "@countersign/auth";
import type { Bus } from "@countersign/bus";
import { defaultSettings, type Settings } from "@countersign/contract";
import type { CoreTables, Database } from "@countersign/db";
import { type App, createApp } from "@countersign/rpc";

import type { SignInProvider } from "../side/side.ts";
import { origin } from "../wire/wire-socket.ts";

import { permission } from "./permission.ts";

/** Mails are written as ever, and then nobody gets them. */
const nowhere: Mailer = { async send() {} };

/** The limits would be measured instead of the work; the address and the sessions of the load are few. */
const baseSettings: Settings = {
  ...defaultSettings,
  CALLS_PER_SECOND: 1_000_000,
  CALLS_BURST: 1_000_000,
  MAX_CONNECTIONS_PER_IP: 1_000_000,
  MAX_CONNECTIONS_PER_USER: 1_000_000,
  MAX_CONNECTIONS_PER_SESSION: 1_000_000,
  LOGIN_ATTEMPTS: 100_000,
};

/** The app as `apps/server` puts it together. */
export function createBenchApp<Tables extends CoreTables>(options: {
  readonly router: AnyRouter;
  readonly db: Database<Tables>;
  readonly bus: Bus;
  readonly settings: Partial<Settings>;
  readonly mailer?: Mailer;
  readonly provider?: SignInProvider | undefined;
  readonly isFlooded?: boolean | undefined;
}): { readonly app: App; readonly auth: Auth } {
  const { router, db, bus, mailer = nowhere, provider, isFlooded = false } = options;
  const settings = { ...baseSettings, ...options.settings };
  const oidc = { providers: provider ? [provider] : [], allowLoopback: true };
  const auth = createAuth({ db, bus, settings, permissions: [permission], mailer, publicUrl: origin, oidc });
  const app = createApp({
    router,
    db,
    bus,
    auth,
    settings,
    log: { debug: ignore, info: ignore, warn: isFlooded ? ignore : report, error: report },
    publicUrl: origin,
    permissions: [permission],
  });
  return { app, auth };
}

function ignore(): void {}

/** But for floods nothing is refused, and nothing fails, while it is measured: what does is seen. */
function report(facts: object, message: string): void {
  console.error(message, facts);
}
