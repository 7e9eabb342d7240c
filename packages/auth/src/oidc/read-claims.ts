import { parseEmail } from "../account/email.ts";
import { readProfileFields } from "../account/profile-fields.ts";

import type { ProviderAnswer } from "./exchange.ts";
import type { ConnectedProvider } from "./oidc-context.ts";
import type { Claims, MappedClaims } from "./provider.ts";

/** What an answer says of an account here: allowed fields only, each in the form it is stored in. */
export interface AccountClaims {
  /** Of what a username can be made, the best first. */
  readonly names: readonly string[];
  readonly email: string | null;
  readonly isEmailVerified: boolean;
  readonly profile: { readonly firstName?: string; readonly lastName?: string; readonly locale?: string | null };
  /** Only what a mapping sets by name. */
  readonly ranks: { readonly isStaff?: boolean; readonly isSuperuser?: boolean };
  /** Names of groups here. Null: nothing is said of groups. */
  readonly groups: readonly string[] | null;
}

/** Reads what a provider said. What cannot be kept here is left out: a name too long keeps nobody outside. */
export function readClaims(provider: ConnectedProvider, { claims }: Pick<ProviderAnswer, "claims">): AccountClaims {
  // In plain JavaScript a mapping may answer nothing at all.
  const mapped: MappedClaims = (provider.mapClaims ? provider.mapClaims(claims) : mapStandard(claims)) ?? {};
  const address = typeof mapped.email === "string" ? parseEmail(mapped.email) : { fault: "" };
  const email = "fault" in address ? null : address.email;
  const { values } = readProfileFields({
    firstName: mapped.firstName,
    lastName: mapped.lastName,
    locale: mapped.locale,
  });
  return {
    names: [textOf(mapped.username), localPart(email), textOf(claims["name"])].flatMap((name) => name ?? []),
    email,
    // The boolean, and nothing that looks like it; and of this very address, not of one that only looks like it.
    isEmailVerified: mapped.isEmailVerified === true && isSameAddress(mapped.email, email),
    profile: values,
    ranks: {
      ...(typeof mapped.isStaff === "boolean" ? { isStaff: mapped.isStaff } : {}),
      ...(typeof mapped.isSuperuser === "boolean" ? { isSuperuser: mapped.isSuperuser } : {}),
    },
    groups: readGroups(provider, claims),
  };
}

/** What an identity keeps of its person's address. */
export function addressOf({ email, isEmailVerified }: Pick<AccountClaims, "email" | "isEmailVerified">) {
  return { email, verifiedEmail: isEmailVerified ? email : null };
}

/**
 * The same of a renewal, at which providers may say less (OpenID Connect Core §12.2): groups they do not speak of stay as they
 * are until the next sign-in.
 */
export function readRenewedClaims(provider: ConnectedProvider, claims: Claims): AccountClaims {
  const read = readClaims(provider, { claims });
  const { groupsClaim, mapGroups } = provider;
  const isSilent = mapGroups === undefined && groupsClaim !== null && !Object.hasOwn(claims, groupsClaim);
  return isSilent ? { ...read, groups: null } : read;
}

/** The standard claims (OpenID Connect Core §5.1). None of them is a right. */
function mapStandard(claims: Claims): MappedClaims {
  const [firstName, lastName, locale] = ["given_name", "family_name", "locale"].map((name) => textOf(claims[name]));
  return {
    username: textOf(claims["preferred_username"]),
    email: textOf(claims["email"]),
    isEmailVerified: claims["email_verified"] === true,
    ...(firstName === null || firstName === undefined ? {} : { firstName }),
    ...(lastName === null || lastName === undefined ? {} : { lastName }),
    ...(locale === null || locale === undefined ? {} : { locale }),
  };
}

function readGroups({ mapGroups, groupsClaim, groups }: ConnectedProvider, claims: Claims): readonly string[] | null {
  if (mapGroups) {
    const mapped: unknown = mapGroups(claims);
    if (!Array.isArray(mapped)) return null;
    return [...new Set(mapped.filter((name: unknown) => typeof name === "string"))];
  }
  if (groupsClaim === null) return null;
  const named = claims[groupsClaim];
  const theirs = typeof named === "string" ? [named] : Array.isArray(named) ? named : [];
  // Only those that are written down: a group there is none here because it has the same name.
  const ours = theirs.flatMap((name: unknown) =>
    typeof name === "string" && Object.hasOwn(groups, name) ? (groups[name] ?? []) : [],
  );
  return [...new Set(ours)];
}

/** Does the form kept here differ by the case of ASCII letters at most? Others become equal only here (NFKC): `ａnn@…`. */
function isSameAddress(said: string | null | undefined, kept: string | null): boolean {
  return kept !== null && typeof said === "string" && lowerAscii(said.trim()) === lowerAscii(kept);
}

function lowerAscii(text: string): string {
  return text.replaceAll(/[A-Z]/g, (letter) => letter.toLowerCase());
}

function localPart(email: string | null): string | null {
  return email?.split("@", 1)[0] ?? null;
}

function textOf(value: unknown): string | null {
  return typeof value === "string" && value.trim() !== "" ? value : null;
}
