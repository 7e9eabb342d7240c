import type { Visitor } from "./enter.ts";
import type { ProviderAnswer } from "./exchange.ts";
import type { OidcContext } from "./oidc-context.ts";
import { toPlainError } from "./plain-error.ts";

/** Tells `onTokens` of tokens that are kept now. Nobody waits for it. */
export function tellTokens(
  { onError }: Pick<OidcContext, "onError">,
  { provider, answer }: Pick<Visitor, "provider"> & { readonly answer: Pick<ProviderAnswer, "tokens"> },
  userId: string,
): void {
  const { onTokens } = provider;
  if (!onTokens) return;
  const { accessExpiresAt, lifetimeMs: _kept, ...tokens } = answer.tokens;
  const told = { ...tokens, accessExpiresAt: accessExpiresAt === null ? null : new Date(accessExpiresAt) };
  void (async () => onTokens(told, { provider: provider.name, userId }))().catch((error: unknown) =>
    onError(toPlainError(error)),
  );
}
