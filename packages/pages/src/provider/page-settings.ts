import type { Routes } from "./routes.ts";

/** Where people are led, and when. */
export interface PageSettings {
  /** After signing in, where nothing else was asked for. */
  readonly afterLogin: string;
  /** After signing up and being signed in by it, where nothing else was asked for. */
  readonly afterRegister: string;
  /** After signing out on purpose. */
  readonly afterLogout: string;
  /** Are those who are signed in sent away from the login page and from registration? */
  readonly leaveWhenSignedIn: boolean;
}

/** After signing in home, after signing out to the login page. */
export function defaultPageSettings(routes: Routes): PageSettings {
  return { afterLogin: routes.home, afterRegister: routes.home, afterLogout: routes.login, leaveWhenSignedIn: true };
}
