import type { MiddlewareHandler } from "hono";

const oneYearSeconds = 31_536_000;

/** Headers for every answer of the app. */
export function securityHeaders(publicUrl: URL): MiddlewareHandler {
  const socket = `${publicUrl.protocol === "https:" ? "wss" : "ws"}://${publicUrl.host}`;
  const transport = Object.entries(transportHeaders(publicUrl));
  const policy = [
    "default-src 'self'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self' data:",
    "font-src 'self'",
    // Not all browsers read 'self' as covering WebSockets.
    `connect-src 'self' ${socket}`,
    "object-src 'none'",
    "base-uri 'none'",
    "form-action 'self'",
    "frame-ancestors 'none'",
  ].join("; ");

  return async (c, next) => {
    await next();
    if (c.res.headers.get("content-type") === "application/json") {
      c.header("Content-Type", "application/json; charset=utf-8");
    }
    // A file brings a stricter one.
    if (!c.res.headers.has("Content-Security-Policy")) c.header("Content-Security-Policy", policy);
    c.header("X-Content-Type-Options", "nosniff");
    c.header("X-Frame-Options", "DENY");
    // Not even to pages of this site: an address may hold the token of a mailed link.
    c.header("Referrer-Policy", "no-referrer");
    c.header("Cross-Origin-Opener-Policy", "same-origin");
    c.header("Cross-Origin-Resource-Policy", "same-origin");
    c.header("Permissions-Policy", "camera=(), microphone=(), geolocation=(), payment=()");
    for (const [name, value] of transport) c.header(name, value);
  };
}

/**
 * What also the answers carry that are written before the app is asked: to requests that cannot be read, and to refused
 * upgrades. Only over https: on http browsers ignore it, and localhost must stay usable.
 */
export function transportHeaders(publicUrl: URL): Readonly<Record<string, string>> {
  if (publicUrl.protocol !== "https:") return {};
  return { "Strict-Transport-Security": `max-age=${oneYearSeconds}; includeSubDomains` };
}
