import { eq } from "drizzle-orm";

import type { LinkDescription, LinkKind } from "@countersign/contract";
import type { Transaction } from "@countersign/db";

import { findLink, type Link } from "../token/link.ts";
import type { DescribeLinkResult, Links } from "../token/links.ts";

import type { AccountContext, SignInOrigin } from "./account-context.ts";
import { isFirmlyHeld } from "./release-address.ts";

type StoredUser = Transaction["tables"]["users"]["$inferSelect"];

/** See `Links.describeLink`. Uses nothing up; whoever has no link learns nothing, and has as few tries as at using one. */
export async function describeLink(
  context: AccountContext,
  { token, purpose }: Parameters<Links["describeLink"]>[0],
  from: SignInOrigin,
): Promise<DescribeLinkResult> {
  const admission = await context.throttle.admitLink(from.ip);
  if (admission.status === "limited") return admission;
  try {
    const link = await findLinkFor(context, token, purpose);
    const description = link && (await describe(context, link, from));
    if (description === null) return { status: "link-invalid" };
    admission.cancelled();
    return { status: "described", ...description };
  } catch (error) {
    admission.cancelled();
    throw error;
  }
}

interface FoundLink extends Link {
  readonly purpose: LinkKind | "email_reclaim";
}

/** The page that confirms an address takes back one that went to another account as well. */
async function findLinkFor({ db, clock }: AccountContext, token: string, purpose: LinkKind): Promise<FoundLink | null> {
  const now = new Date(clock.now());
  const purposes = purpose === "verify" ? (["verify", "email_reclaim"] as const) : ([purpose] as const);
  for (const each of purposes) {
    const link = await findLink(db, { token, purpose: each, now });
    if (link !== null) return { ...link, purpose: each };
  }
  return null;
}

/** Null when using the link would come to nothing. */
async function describe(
  context: AccountContext,
  { userId, email, purpose }: FoundLink,
  { presented }: SignInOrigin,
): Promise<LinkDescription | null> {
  const { users } = context.db.tables;
  const [user] = await context.db.select().from(users).where(eq(users.id, userId));
  if (!user?.isActive) return null;
  const [found] = await context.db.select().from(users).where(eq(users.emailKey, email));
  const holder = found && found.id !== userId ? found : null;
  if (isInVain(context, purpose, { user, email, holder })) return null;
  return {
    username: user.username,
    email,
    takenFrom: holder?.username ?? null,
    mustSignIn: purpose === "email_reclaim" && presented?.user.id !== userId,
  };
}

function isInVain(
  { settings }: AccountContext,
  purpose: FoundLink["purpose"],
  { user, email, holder }: { readonly user: StoredUser; readonly email: string; readonly holder: StoredUser | null },
): boolean {
  switch (purpose) {
    case "verify":
      return user.email !== email || (holder !== null && isFirmlyHeld(holder, settings));
    case "email_reclaim":
      return user.email !== email;
    case "email_change":
      return holder !== null && isFirmlyHeld(holder, settings);
    case "email_revert":
      return holder !== null && holder.emailVerifiedAt !== null;
    case "reset":
      return user.emailKey !== email;
  }
}
