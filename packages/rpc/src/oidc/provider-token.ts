import type { Principal } from "@countersign/auth";

import { CallError, unauthorized } from "../procedure/call-error.ts";
import { currentTurn } from "../procedure/current-call.ts";
import type { Services } from "../services.ts";

/** What calls get of the provider their session came from. */
export interface ProviderAccess {
  /**
   * A token for the provider's own services, renewed where it is about to end. Null when the session came from no provider, or
   * not from this one. Never hand it to a browser.
   *
   * @throws SERVICE_UNAVAILABLE while the provider does not answer @throws UNAUTHORIZED when it has ended the session
   */
  accessToken(wanted?: { readonly provider?: string }): Promise<string | null>;
}

/** See `ProviderAccess.accessToken`. */
export async function readProviderToken(
  { auth }: Services,
  principal: Principal | null,
  wanted?: { readonly provider?: string },
): Promise<string | null> {
  if (principal === null) return null;
  // Whoever waits for a provider keeps no other call of the same user waiting.
  const turn = currentTurn();
  const whileAsking = <Result>(ask: () => Promise<Result>) => (turn === null ? ask() : turn.outside(ask));
  const result = await auth.oidc.accessToken(principal, { ...wanted, whileAsking });
  if (result.status === "token") return result.accessToken;
  if (result.status === "unavailable") throw providerUnavailable();
  if (result.status === "ended") throw unauthorized();
  return null;
}

export function providerUnavailable(): CallError {
  const message = "The provider does not answer just now. Try again.";
  return new CallError("SERVICE_UNAVAILABLE", message, { reason: "PROVIDER_UNAVAILABLE" });
}
