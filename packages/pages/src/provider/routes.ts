/** Where the pages are, as paths of the app. */
export interface Routes {
  readonly home: string;
  readonly login: string;
  readonly register: string;
  readonly account: string;
  readonly forbidden: string;
}

export const defaultRoutes: Routes = {
  home: "/",
  login: "/login",
  register: "/register",
  account: "/account",
  forbidden: "/forbidden",
};

/** `route` with the page to come back to afterwards, where that is another than home. */
export function withReturnTo(route: string, returnTo: string | null, home = defaultRoutes.home): string {
  if (!returnTo || returnTo === home) return route;
  return `${route}?next=${encodeURIComponent(returnTo)}`;
}
