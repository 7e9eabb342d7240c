import { oidcPages } from "@countersign/contract";

/** Where the pages are, as paths of the app. */
export interface Routes {
  readonly home: string;
  readonly login: string;
  readonly register: string;
  /** Asks for the mail with the link to a new password. */
  readonly forgot: string;
  /** Where that link leads. The server's mails name the paths from here on; a proxy may lead from those to others. */
  readonly reset: string;
  readonly verify: string;
  readonly confirmEmail: string;
  readonly revertEmail: string;
  readonly account: string;
  /** Where a visit to an identity provider ends. The server names these paths too. */
  readonly providerSignedIn: string;
  readonly providerContinue: string;
  readonly providerError: string;
  readonly loggedOut: string;
  readonly forbidden: string;
  /** Where the admin's pages begin: the users are at `/admin/users`. */
  readonly admin: string;
}

export const defaultRoutes: Routes = {
  home: "/",
  login: "/login",
  register: "/register",
  forgot: "/password-reset",
  reset: "/password-reset/confirm",
  verify: "/verify-email",
  confirmEmail: "/account/email/confirm",
  revertEmail: "/account/email/revert",
  account: "/account",
  providerSignedIn: oidcPages.signedIn,
  providerContinue: oidcPages.next,
  providerError: oidcPages.error,
  loggedOut: oidcPages.loggedOut,
  forbidden: "/forbidden",
  admin: "/admin",
};

/** `route` with the page to come back to afterwards, where that is another than home. */
export function withReturnTo(route: string, returnTo: string | null, home = defaultRoutes.home): string {
  if (!returnTo || returnTo === home) return route;
  return `${route}?next=${encodeURIComponent(returnTo)}`;
}
