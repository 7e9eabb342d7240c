import type { Visitor } from "./enter.ts";
import type { OidcContext } from "./oidc-context.ts";

/** Tells `onTokens` of tokens that are kept now. Nobody waits for it. */
export function tellTokens(
  { onError }: Pick<OidcContext, "onError">,
  { provider, answer }: Pick<Visitor, "provider" | "answer">,
  userId: string,
): void {
  const { onTokens } = provider;
  if (!onTokens) return;
  const { accessExpiresAt, ...tokens } = answer.tokens;
  const told = { ...tokens, accessExpiresAt: accessExpiresAt === null ? null : new Date(accessExpiresAt) };
  void (async () => onTokens(told, { provider: provider.name, userId }))().catch(onError);
}
