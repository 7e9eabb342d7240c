import type { MiddlewareHandler } from "hono";

const oneYearSeconds = 31_536_000;

/** Headers for every answer. HSTS only over https: on http browsers ignore it, and localhost must stay usable. */
export function securityHeaders(publicUrl: URL): MiddlewareHandler {
  const isSecure = publicUrl.protocol === "https:";
  const socket = `${isSecure ? "wss" : "ws"}://${publicUrl.host}`;
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
    c.header("Content-Security-Policy", policy);
    c.header("X-Content-Type-Options", "nosniff");
    c.header("X-Frame-Options", "DENY");
    c.header("Referrer-Policy", "same-origin");
    c.header("Cross-Origin-Opener-Policy", "same-origin");
    c.header("Cross-Origin-Resource-Policy", "same-origin");
    c.header("Permissions-Policy", "camera=(), microphone=(), geolocation=(), payment=()");
    if (isSecure) c.header("Strict-Transport-Security", `max-age=${oneYearSeconds}; includeSubDomains`);
  };
}
