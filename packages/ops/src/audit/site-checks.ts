import { parseAllowedOrigin } from "../environment/allowed-origin.ts";

import type { Check } from "./check.ts";
import { isLoopbackHost } from "./hosts.ts";
import { isOneSite, isPublicSuffix } from "./public-suffix.ts";

/** Where browsers reach the app, and whose pages may connect. */
export const siteChecks: readonly Check[] = [
  {
    id: "variable-unknown",
    severity: "warning",
    about: "A variable has nearly the name of one that the server reads.",
    setting: null,
    find: ({ environment }) =>
      environment.nearMisses.map(({ written, meant }) => ({
        setting: written,
        what: `${written} is read by nobody, so what it says does not hold.`,
        cure: `Did you mean ${meant}?`,
      })),
    cure: "Write the name as docs/settings.md has it.",
    isEverywhere: true,
  },
  {
    id: "development-in-public",
    severity: "error",
    about: "The server is in development mode, and its public address is not of this machine.",
    setting: "NODE_ENV",
    find: ({ environment }) =>
      !environment.isProduction && !isLoopbackHost(hostOf(environment.publicUrl))
        ? "The server is in development mode, with demo users on an empty database and mails that are printed."
        : null,
    cure: "Write NODE_ENV=production.",
    isEverywhere: true,
  },
  {
    id: "not-production",
    severity: "notice",
    about: "The server is in development mode.",
    setting: "NODE_ENV",
    find: ({ environment }) => (environment.isProduction ? null : "The server is in development mode."),
    cure: "Write NODE_ENV=production where people use it.",
  },
  {
    id: "public-url-insecure",
    severity: "error",
    about: "The public URL is plain http and not of this machine: cookies and passwords would travel in the clear.",
    setting: "PUBLIC_URL",
    find({ environment: { publicUrl } }) {
      if (publicUrl.startsWith("https:") || isLoopbackHost(hostOf(publicUrl))) return null;
      return `"${publicUrl}" is not https. Cookies would travel in the clear.`;
    },
    cure: "Put TLS before the server and write https://….",
    isGrave: true,
  },
  {
    id: "public-url-local",
    severity: "warning",
    about:
      "The public URL is of this machine: cookies have neither Secure nor the __Host- prefix, and links in mails lead here.",
    setting: "PUBLIC_URL",
    find: ({ environment: { publicUrl } }) =>
      publicUrl.startsWith("http:") && isLoopbackHost(hostOf(publicUrl))
        ? `It is ${publicUrl}, so cookies lack Secure and the __Host- prefix: fine on this machine, and not to be reachable from elsewhere.`
        : null,
    cure: "Write the https address that browsers open.",
  },
  {
    id: "origin-insecure",
    severity: "error",
    about: "Pages that came over plain http may connect: whoever is on their way can change them.",
    setting: "ALLOWED_ORIGINS",
    find: ({ environment }) =>
      originsOf(environment.allowedOrigins)
        .filter(({ entry, scheme, host }) => scheme === "http" && !isLoopbackHost(host) && !isOwn(entry, environment))
        .map(({ entry }) => `Pages of ${entry} may connect, and whoever is on their way can change them.`),
    cure: "Write https://…, or leave it out.",
    isGrave: true,
  },
  {
    id: "origin-own-missing",
    severity: "error",
    about: "The app's own pages may not connect.",
    setting: "ALLOWED_ORIGINS",
    find({ environment: { allowedOrigins, publicUrl } }) {
      const { origin, hostname, protocol } = new URL(publicUrl);
      const isCovered = originsOf(allowedOrigins).some(
        ({ entry, isWildcard, host, scheme }) =>
          entry === origin || (isWildcard && `${scheme}:` === protocol && hostname.endsWith(`.${host}`)),
      );
      return isCovered ? null : `${origin} is not among them: the app's own pages are refused.`;
    },
    cure: "Add the origin of PUBLIC_URL.",
  },
  {
    id: "origin-local",
    severity: "warning",
    about: "Pages of a visitor's own machine may connect, though the app is elsewhere.",
    setting: "ALLOWED_ORIGINS",
    find: ({ environment }) =>
      isLoopbackHost(hostOf(environment.publicUrl))
        ? null
        : originsOf(environment.allowedOrigins)
            .filter(({ host }) => isLoopbackHost(host))
            .map(({ entry }) => `Whatever listens on ${entry} at a visitor's machine may connect.`),
    cure: "Leave it out in production.",
  },
  {
    id: "origin-wildcard",
    severity: "warning",
    about: "Pages of every sub-domain may connect.",
    setting: "ALLOWED_ORIGINS",
    find: ({ environment }) =>
      originsOf(environment.allowedOrigins)
        .filter(({ isWildcard }) => isWildcard)
        .map(({ entry }) => `${entry} lets every sub-domain connect, also one that somebody else takes over.`),
    cure: "Name the origins one by one.",
  },
  {
    id: "origin-wildcard-public",
    severity: "error",
    about: "Pages of everybody who registers a name may connect.",
    setting: "ALLOWED_ORIGINS",
    find: ({ environment }) =>
      originsOf(environment.allowedOrigins)
        .filter(({ isWildcard, host }) => isWildcard && isPublicSuffix(host))
        .map(({ entry }) => `Anybody can register a name that ${entry} stands for.`),
    cure: "Name the origins one by one.",
    isGrave: true,
  },
  {
    id: "origin-foreign",
    severity: "warning",
    about: "Pages of another site may connect: browsers send them no cookie (SameSite=Lax), so they stay visitors.",
    setting: "ALLOWED_ORIGINS",
    find({ environment }) {
      const own = hostOf(environment.publicUrl);
      if (isLoopbackHost(own)) return [];
      return originsOf(environment.allowedOrigins)
        .filter(({ host }) => !isLoopbackHost(host) && !isOneSite(host, own))
        .map(({ entry }) => `${entry} is another site than the app: its pages connect, and nobody is signed in there.`);
    },
    cure: "Leave it out, or serve both under one domain.",
  },
  {
    id: "origin-not-required",
    severity: "warning",
    about: "Calls and sockets that name no Origin are accepted.",
    setting: "REQUIRE_ORIGIN",
    find: ({ environment }) =>
      environment.settings.REQUIRE_ORIGIN ? null : "Calls and sockets that name no Origin are accepted.",
    cure: "Leave it out, unless clients that are no browsers need it.",
  },
];

function isOwn(entry: string, { publicUrl }: { readonly publicUrl: string }): boolean {
  return entry === new URL(publicUrl).origin;
}

function hostOf(url: string): string {
  return new URL(url).hostname;
}

function originsOf(entries: readonly string[]) {
  return entries.flatMap((entry) => {
    const origin = parseAllowedOrigin(entry);
    return origin === null ? [] : [{ entry, ...origin }];
  });
}
