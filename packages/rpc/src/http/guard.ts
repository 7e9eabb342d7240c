import type { HttpBindings } from "@hono/node-server";
import type { MiddlewareHandler } from "hono";

import { fileInputHeader, rpcPath } from "@countersign/contract";

import type { TrustedProxies } from "../connection/client-address.ts";
import type { RefusalLog } from "../observe/refusal-log.ts";
import { readRequestId } from "../observe/request-id.ts";

import type { OriginCheck } from "./origin.ts";

/** What a body may be said to be. Never one of CORS' simple types: those, a page of another site sends without asking first. */
export interface BodyRule {
  readonly type: RegExp;
  readonly cure: string;
  /** The headers that come with it. */
  readonly headers: string;
}

export const jsonBody: BodyRule = {
  type: /^application\/json(?:; ?charset=utf-8)?$/i,
  cure: "Send JSON, with content-type: application/json.",
  headers: "content-type",
};

/** The bytes of a file, whatever it is: that is not the client's to say. */
export const fileBody: BodyRule = {
  type: /^application\/octet-stream$/i,
  cure: "Send the file as it is, with content-type: application/octet-stream.",
  headers: `content-type, ${fileInputHeader}`,
};

/**
 * Lets a call over HTTP pass only when a page of ours can have sent it: the Origin is on the list, or the browser says that
 * the request is same-origin; bodies of one type only; GET and POST only.
 */
export function guardCalls(options: {
  readonly isAllowedOrigin: OriginCheck;
  readonly requireOrigin: boolean;
  readonly refusalLog: RefusalLog;
  readonly isTrustedProxy: TrustedProxies;
  readonly body: BodyRule;
}): MiddlewareHandler<{ Bindings: HttpBindings }> {
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
      c.header("Access-Control-Allow-Headers", options.body.headers);
      return c.body(null, 204);
    }
    if (!isSafe && method !== "POST") {
      c.header("Allow", "GET, POST");
      return c.json({ error: { message: "Use GET or POST." } }, 405);
    }
    if (method === "POST" && !options.body.type.test(c.req.header("content-type") ?? "")) {
      return c.json({ error: { message: options.body.cure } }, 415);
    }
    // tRPC streams for either header.
    if (c.req.header("trpc-accept") !== undefined || c.req.header("accept")?.includes("application/jsonl")) {
      // Streamed batches send their headers before the procedures have run: a cookie would be lost.
      return c.json(
        { error: { message: "Streamed batches are not served. Leave out trpc-accept, and accept application/json." } },
        400,
      );
    }
    return next();

    function refuse(status: 403) {
      options.refusalLog.write(
        {
          requestId: readRequestId(c.env.incoming, options.isTrustedProxy),
          origin: origin?.slice(0, 200),
          path: c.req.path.slice(0, 200) || rpcPath,
          method,
        },
        "A request from another site was refused",
      );
      return c.json(
        { error: { message: "This origin is refused. Add it to ALLOWED_ORIGINS if it is yours." } },
        status,
      );
    }
  };
}
