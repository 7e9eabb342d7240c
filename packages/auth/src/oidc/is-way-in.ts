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
