import type { Settings } from "@countersign/contract";

import { hasPasswordWayIn } from "../account/login-name.ts";

import type { StoredIdentity, StoredUser } from "./enter.ts";
import type { Provider } from "./provider.ts";

/** What has to be known of the providers of a site to tell whom they let in. */
export type KnownProviders = ReadonlyMap<string, Pick<Provider, "label" | "issuer" | "validIssuers">>;

/** Does an identity lead in? One of a provider that is not set up (any more), or is somebody else's now, does not. */
export function isWayIn(
  providers: KnownProviders,
  { provider, issuer }: { readonly provider: string; readonly issuer: string },
): boolean {
  const known = providers.get(provider);
  return known !== undefined && (known.validIssuers?.(issuer) ?? known.issuer === issuer);
}

/** Is there no way into the account but this one of its identities? `rows`: all of them. */
export function isLastWayIn(
  { providers, settings }: { readonly providers: KnownProviders; readonly settings: Pick<Settings, "LOGIN_FIELDS"> },
  user: Pick<StoredUser, "email" | "passwordHash">,
  { rows, identity }: { readonly rows: readonly StoredIdentity[]; readonly identity: StoredIdentity },
): boolean {
  const isOtherIn = rows.some((other) => other.id !== identity.id && isWayIn(providers, other));
  return !isOtherIn && !hasPasswordWayIn(user, settings);
}
