import type { PendingSignIn } from "@countersign/contract";

import type { ProviderAnswer } from "./exchange.ts";
import type { NewAddress } from "./new-account.ts";
import { isEmailRequired } from "./new-account.ts";
import type { ConnectedProvider, OidcContext } from "./oidc-context.ts";
import { pendingPlace } from "./start.ts";
import { findPending, type OidcTransaction, type PresentedBrowser } from "./transaction.ts";

/** What is kept, encrypted, while something is still to be asked. */
export type PendingVisit =
  | {
      readonly kind: "complete";
      readonly answer: ProviderAnswer;
      /** What the provider said, where the account can have it. */
      readonly address: NewAddress | null;
      readonly username: string;
    }
  | {
      readonly kind: "confirm";
      readonly answer: ProviderAnswer;
      /** Whose password is asked for. */
      readonly userId: string;
      readonly username: string;
    };

/** A browser that presents the visit it has begun. */
export interface PresentedVisit extends PresentedBrowser {
  readonly id: string;
}

export function sealPending({ seal }: OidcContext, id: string, pending: PendingVisit): Promise<string> {
  return seal.close(JSON.stringify(pending), pendingPlace(id));
}

/** The visit of this browser after which something is to be asked, and what. Null when there is none (any more). */
export async function openPending(
  context: OidcContext,
  presented: PresentedVisit,
): Promise<{
  readonly visit: OidcTransaction;
  readonly pending: PendingVisit;
  readonly provider: ConnectedProvider;
} | null> {
  const visit = await findPending(context.db, { ...presented, now: new Date(context.clock.now()) });
  const provider = context.providers.get(visit?.provider ?? "");
  if (visit === null || provider === undefined) return null;
  const text = await context.seal.open(visit.pending, pendingPlace(visit.id));
  if (text === null) return null;
  return { visit, provider, pending: JSON.parse(text) as PendingVisit }; // Written by us, and authenticated.
}

/** See `Oidc.pending`. */
export async function describePending(context: OidcContext, presented: PresentedVisit): Promise<PendingSignIn | null> {
  const opened = await openPending(context, presented);
  if (opened === null) return null;
  const { pending, provider } = opened;
  const common = { step: pending.kind, provider: { name: provider.name, label: provider.label } };
  if (pending.kind === "confirm") return { ...common, username: pending.username, email: null, emailRequired: false };
  const { address, username } = pending;
  return { ...common, username, email: address?.email ?? null, emailRequired: isEmailRequired(context.settings) };
}
