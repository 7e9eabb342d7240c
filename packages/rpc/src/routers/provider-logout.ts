import type { Oidc } from "@countersign/auth";
import type { CoreTables } from "@countersign/db";

import type { CallContext } from "../procedure/call-context.ts";

import { setBinding } from "./oidc.ts";

type Context = CallContext<CoreTables, string>;
type Leaving = NonNullable<Awaited<ReturnType<Oidc["readLeaving"]>>>;

/** What a provider is to be told once the session has ended. Whatever fails here keeps nobody signed in. */
export async function readLeaving({ caller }: Context): Promise<Leaving | null> {
  const { auth, log } = caller.services;
  try {
    return await auth.oidc.readLeaving(caller.tokenHash);
  } catch (err) {
    log.warn({ err }, "Which provider a session came from could not be read: it ends here only");
    return null;
  }
}

/**
 * What this browser has begun with providers ends with its session, and when somebody signs in another way: the next person at it
 * is asked nothing about this one.
 */
export async function forgetVisits({ caller }: Context): Promise<void> {
  const { auth, log } = caller.services;
  if (caller.bindings.length === 0) return;
  try {
    await auth.oidc.forgetVisits(caller.bindings);
  } catch (err) {
    log.warn({ err }, "Sign-ins that a browser has begun could not be forgotten: they end within ten minutes");
  }
}

/** Where the page goes to be signed out there as well; null when there is no such place, or it is not known in time. */
export async function beginProviderLogout(ctx: Context, leaving: Leaving): Promise<string | null> {
  const { auth, log } = ctx.caller.services;
  try {
    const begun = await auth.oidc.beginLogout(leaving, ctx.caller.bindings);
    if (begun === null) return null;
    setBinding(ctx, begun.binding);
    return begun.url;
  } catch (err) {
    log.warn({ err }, "The provider's sign-out could not be begun: the session has ended here only");
    return null;
  }
}
