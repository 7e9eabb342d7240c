/** Where providers send browsers back to, and what is theirs to call: `/auth/oidc/<provider>/callback`. */
export const oidcPath = "/auth/oidc";

/** What somebody goes to a provider for. */
export const oidcPurposes = ["sign-in", "link", "step-up"] as const;
export type OidcPurpose = (typeof oidcPurposes)[number];

/** A provider as pages show it. */
export interface ProviderChoice {
  readonly name: string;
  /** What people call it. */
  readonly label: string;
}

/**
 * The pages a provider's answer leads to. `signedIn`: tells other tabs, and goes on to `to`. `next`: something is still to be
 * asked about the sign-in `t`. `error`: `code` is one of `oidcErrorCodes`, `id` stands in the log.
 */
export const oidcPages = {
  signedIn: "/auth/signed-in",
  next: "/auth/continue",
  error: "/auth/error",
  loggedOut: "/logged-out",
} as const;

/** Why nobody was signed in, as far as the page may know. Nothing a provider says is ever shown. */
export const oidcErrorCodes = [
  /** The person said no at the provider. */
  "cancelled",
  /** The sign-in is not known here, was used, is too old, or was begun in another browser. */
  "expired",
  /** The provider answered wrongly, or its answer does not hold. */
  "provider",
  /** The provider, or a store, does not answer. */
  "unavailable",
  /** This person may not enter: deliberately one code. */
  "refused",
  /** The identity belongs to another account. */
  "taken",
  /** The account is connected to somebody else at that provider. */
  "other",
  /** There is an account with this address, which has another way in: sign in by that, and connect the provider there. */
  "exists",
  /** The address of the account has to be confirmed first. */
  "unverified",
  /** Too many new accounts, or answers that belong to nothing, from one address. */
  "limited",
  "failed",
] as const;
export type OidcErrorCode = (typeof oidcErrorCodes)[number];

/** What is still to be asked before somebody is signed in: the answer of `auth.oidc.pending`. */
export interface PendingSignIn {
  /** `complete`: a new account lacks something. `confirm`: the password of the account that has the same address. */
  readonly step: "complete" | "confirm";
  readonly provider: ProviderChoice;
  /** The name the account would get, or the one whose password is asked for. */
  readonly username: string;
  /** The address that comes with it; null when there is none, or another has to be given. */
  readonly email: string | null;
  /** Must an address be given? */
  readonly emailRequired: boolean;
}

/** A way to sign in to one's account: an entry of `account.identities.list`. Instants are ISO 8601 strings. */
export interface LinkedIdentity {
  readonly id: string;
  readonly provider: string;
  readonly label: string;
  /** What the provider last said. */
  readonly email: string | null;
  /** Has the provider verified it? Else it may be anybody's. */
  readonly isEmailVerified: boolean;
  readonly createdAt: string | null;
  readonly lastUsedAt: string | null;
  /** Without it there would be no way in: it cannot be taken away. */
  readonly isLast: boolean;
}
