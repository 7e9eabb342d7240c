import type { AccountContext } from "../account/account-context.ts";

import { readAccessToken } from "./access-token.ts";
import { backChannelLogout } from "./back-channel-logout.ts";
import { callback } from "./callback.ts";
import { complete } from "./complete.ts";
import { confirm } from "./confirm.ts";
import { createConnection } from "./connection.ts";
import { beginLogout, endLogout, readLeaving } from "./end-at-provider.ts";
import { listIdentities, unlinkIdentity } from "./identities.ts";
import type { OidcContext } from "./oidc-context.ts";
import type { Oidc } from "./oidc.ts";
import { describePending } from "./pending-visit.ts";
import { type OidcOptions, requireProviders } from "./provider.ts";
import { readProvidersOf } from "./providers-of.ts";
import { isRenewing, startRenewingInUse } from "./renew-in-use.ts";
import { createRenewals } from "./renewals.ts";
import { createSeal } from "./seal.ts";
import { createSessionsInUse } from "./sessions-in-use.ts";
import { start } from "./start.ts";
import { cancelPending, forgetVisits, pruneTransactions } from "./transaction.ts";

/**
 * Signing in with these providers. Nobody is asked anything yet.
 *
 * @throws on providers that could not work, with what to write instead
 */
export function createOidc(
  account: AccountContext,
  options: OidcOptions & { readonly publicUrl: string; readonly onWarning: (message: string) => void },
): Oidc {
  const { publicUrl, onWarning, keys, allowLoopback = false } = options;
  const checked = [...requireProviders(options).values()];
  if (checked.length > 0 && !keys?.length)
    onWarning("OIDC_KEYS is not set: what is kept of providers can be read by this process only, until it ends.");
  const { clock, db } = account;
  const connected = checked.map((provider) => ({
    ...provider,
    connection: createConnection(provider, { clock, allowLoopback }),
  }));
  const context: OidcContext = {
    ...account,
    publicUrl,
    onWarning,
    providers: new Map(connected.map((provider) => [provider.name, provider])),
    seal: createSeal(keys),
  };
  const renewals = createRenewals(context);
  const inUse = createSessionsInUse(clock);
  const now = () => new Date(clock.now());

  return {
    providers: checked.map(({ name, label }) => ({ name, label })),
    start: (input, from) => start(context, input, from),
    callback: (input, from) => callback(context, input, from),
    pending: (presented) => describePending(context, presented),
    complete: (input, from) => complete(context, input, from),
    confirm: (input, from) => confirm(context, input, from),
    cancel: (presented) => cancelPending(db, { ...presented, now: now() }),
    forgetVisits: (bindings) => forgetVisits(db, bindings),
    identities: (userId) => listIdentities(context, userId),
    unlink: (tx, id, from) => unlinkIdentity(context, tx, id, from),
    // Where nobody would ever look at them, no sessions are kept in mind.
    noteUse: isRenewing(context) ? (sessionId) => inUse.note(sessionId) : () => {},
    startRenewing: (watching) => startRenewingInUse(context, { renewals, inUse: () => inUse.list().union(watching()) }),
    accessToken: (principal, wanted) => readAccessToken(context, renewals, principal, wanted),
    providersOf: (sessionIds) => readProvidersOf(db, context.providers, sessionIds),
    readLeaving: (tokenHash) => readLeaving(context, tokenHash),
    beginLogout: (leaving, bindings) => beginLogout(context, leaving, bindings),
    endLogout: (returned) => endLogout(context, returned),
    backChannelLogout: (input, from) => backChannelLogout(context, input, from),
    prune: () => pruneTransactions(db, now()),
  };
}
