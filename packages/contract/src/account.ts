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
}

/** What comes after a registration. */
export type AfterRegister =
  /** The new user is signed in. */
  | "signed_in"
  /** The account waits for its address: a mail with a link is on its way, whether or not the address was free. */
  | "verify_email"
  /** The account is there; the site wants its users to sign in themselves. */
  | "sign_in";

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
  readonly createdAt: string;
  /** Users who sign in elsewhere may have none. */
  readonly hasPassword: boolean;
}
