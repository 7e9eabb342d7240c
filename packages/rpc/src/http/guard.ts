import type { MiddlewareHandler } from "hono";

import { rpcPath } from "@countersign/contract";

import type { Log } from "../services.ts";

import type { OriginCheck } from "./origin.ts";

// Anything else a page of another site could send without asking first (CORS' simple types), and tRPC would run it.
const jsonType = /^application\/json(?:; ?charset=utf-8)?$/i;

/**
 * Lets a call over HTTP pass only when a page of ours can have sent it: the Origin is on the list, or the browser says that
 * the request is same-origin; JSON only; GET and POST only.
 */
export function guardCalls(options: {
  readonly isAllowedOrigin: OriginCheck;
  readonly requireOrigin: boolean;
  readonly log: Log;
}): MiddlewareHandler {
  return async (c, next) => {
    const { method } = c.req;
    const origin = c.req.header("origin");
    const site = c.req.header("sec-fetch-site");
    c.header("Vary", "Origin, Cookie");
    c.header("Cache-Control", "no-store");

    if (origin !== undefined && !options.isAllowedOrigin(origin)) return refuse(403);
    const isSafe = method === "GET" || method === "HEAD";
    const isCrossSite = site !== undefined && site !== "same-origin" && site !== "none";
    if (isCrossSite && origin === undefined) return refuse(403);
    if (!isSafe && origin === undefined && site !== "same-origin" && options.requireOrigin) return refuse(403);

    if (origin !== undefined) {
      c.header("Access-Control-Allow-Origin", origin);
      c.header("Access-Control-Allow-Credentials", "true");
      c.header("Access-Control-Expose-Headers", "session-change, retry-after");
    }
    if (method === "OPTIONS" && origin !== undefined) {
      c.header("Access-Control-Allow-Methods", "GET, POST");
      c.header("Access-Control-Allow-Headers", "content-type");
      return c.body(null, 204);
    }
    if (!isSafe && method !== "POST") {
      c.header("Allow", "GET, POST");
      return c.json({ error: { message: "Use GET or POST." } }, 405);
    }
    if (method === "POST" && !jsonType.test(c.req.header("content-type") ?? "")) {
      return c.json({ error: { message: "Send JSON, with content-type: application/json." } }, 415);
    }
    if (c.req.header("trpc-accept") !== undefined) {
      // Streamed batches send their headers before the procedures have run: a cookie would be lost.
      return c.json({ error: { message: "Streamed batches are not served. Leave out trpc-accept." } }, 400);
    }
    return next();

    function refuse(status: 403) {
      options.log.warn(
        { origin: origin?.slice(0, 200), path: c.req.path.slice(0, 200) || rpcPath, method },
        "A request from another site was refused",
      );
      return c.json(
        { error: { message: "This origin is refused. Add it to ALLOWED_ORIGINS if it is yours." } },
        status,
      );
    }
  };
}
