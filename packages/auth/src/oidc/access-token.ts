import type { Principal } from "../session/principal.ts";

import { lookAtToken } from "./look-at-token.ts";
import type { OidcContext } from "./oidc-context.ts";
import type { AccessToken } from "./renew-tokens.ts";
import type { Renewals } from "./renewals.ts";

export interface TokenWanted {
  /** Only a token of this provider. Default: whichever the session came from. */
  readonly provider?: string | undefined;
  /** Runs what waits for the provider: whoever holds something that others wait for can lay it down meanwhile. */
  readonly whileAsking?: <Result>(ask: () => Promise<Result>) => Promise<Result>;
}

/** See `Oidc.accessToken`. */
export async function readAccessToken(
  context: OidcContext,
  renewals: Renewals,
  { session, user }: Principal,
  { provider: wanted, whileAsking = (ask) => ask() }: TokenWanted = {},
): Promise<AccessToken> {
  const look = await lookAtToken(context, session.id);
  if (isOther(look.by, wanted)) return { status: "none" };
  if (look.due === null) return look.answer;

  const provider = look.due.provider.name;
  const { by, answer } = await whileAsking(() => renewals.renew({ sessionId: session.id, owner: user, provider }));
  // Somebody may have signed in anew meanwhile, by another one.
  return isOther(by, wanted) ? { status: "none" } : answer;
}

function isOther(by: string | null, wanted: string | undefined): boolean {
  return wanted !== undefined && by !== wanted;
}
