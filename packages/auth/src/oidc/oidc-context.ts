import { oidcPath } from "@countersign/contract";

import type { AccountContext } from "../account/account-context.ts";

import type { Connection } from "./connection.ts";
import type { Provider } from "./provider.ts";
import type { Seal } from "./seal.ts";

/** What signing in with a provider works with. */
export interface OidcContext extends AccountContext {
  readonly publicUrl: string;
  readonly providers: ReadonlyMap<string, ConnectedProvider>;
  readonly seal: Seal;
  readonly onWarning: (message: string) => void;
}

export interface ConnectedProvider extends Provider {
  readonly connection: Connection;
}

/** Where a provider sends browsers back to: on the configured URL, whatever a request says. */
export function callbackUrl({ publicUrl }: Pick<OidcContext, "publicUrl">, provider: string): URL {
  return new URL(`${oidcPath}/${provider}/callback`, publicUrl);
}

/** Where a provider sends browsers back to that have signed out there. */
export function loggedOutUrl({ publicUrl }: Pick<OidcContext, "publicUrl">, provider: string): URL {
  return new URL(`${oidcPath}/${provider}/logged-out`, publicUrl);
}
