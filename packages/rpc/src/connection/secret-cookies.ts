import type { Services } from "../services.ts";

/** Tells the names of cookies that an app's code does not get to see: those of sessions, visitors, and visits to identity providers. */
export function isSecretCookieOf({
  cookie,
  visitorCookie,
  oidcCookie,
}: Pick<Services, "cookie" | "visitorCookie" | "oidcCookie">): (name: string) => boolean {
  return (name) => name === cookie.name || name === visitorCookie.name || oidcCookie.isNamed(name);
}
