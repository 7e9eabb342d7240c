import type { ProviderChoice } from "./oidc.ts";
import type { Settings } from "./settings.ts";

/** What the ready pages need to know of a site before anybody has signed in: the answer of `auth.config`. */
export interface AuthConfig {
  readonly siteName: string;
  /** May visitors make accounts? */
  readonly signUp: boolean;
  readonly signInAfterSignUp: boolean;
  readonly passwordReset: boolean;
  readonly loginFields: Settings["LOGIN_FIELDS"];
  readonly emailRequired: boolean;
  readonly emailVerification: Settings["EMAIL_VERIFICATION"];
  readonly passwordMinLength: number;
  /** How long after signing in, or confirming a password, sensitive actions are allowed. */
  readonly freshSeconds: number;
  /** Who else people may sign in with, in the order of their buttons. */
  readonly providers: readonly ProviderChoice[];
}

/** What comes after a registration. */
export type AfterRegister =
  /** The new user is signed in. */
  | "signed_in"
  /** The account waits for its address: a mail with a link is on its way, whether or not the address was free. */
  | "verify_email"
  /** The account is there; the site wants its users to sign in themselves. */
  | "sign_in";

/** What a mailed link is for, as the page it leads to knows it. */
export const linkKinds = ["verify", "email_change", "email_revert", "reset"] as const;
export type LinkKind = (typeof linkKinds)[number];

/** What a mailed link is about: the answer of `auth.describeLink`, for who holds it only. */
export interface LinkDescription {
  /** The account it is for. Its owner chose the name, who may be a stranger to the reader: show it as text, and as a name. */
  readonly username: string;
  /** The address it was sent to. */
  readonly email: string;
  /** The account that loses the address by it, if one does. */
  readonly takenFrom: string | null;
  /** It works only where that account is signed in, and here it is not. */
  readonly mustSignIn: boolean;
}

/** The signed-in user's own account as its page shows it: the answer of `account.profile`. Instants are ISO 8601 strings. */
export interface AccountProfile {
  readonly username: string;
  readonly email: string | null;
  readonly emailVerified: boolean;
  /** The address that was asked for and has not confirmed yet. */
  readonly pendingEmail: string | null;
  readonly firstName: string;
  readonly lastName: string;
  /** A BCP 47 tag, or null for the browser's language. */
  readonly locale: string | null;
  /** Null when the database holds none that can be said. */
  readonly createdAt: string | null;
  /** Users who sign in elsewhere may have none. */
  readonly hasPassword: boolean;
}
