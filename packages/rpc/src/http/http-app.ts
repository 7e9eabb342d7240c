import type { HttpBindings } from "@hono/node-server";
import type { AnyRouter, TRPCError } from "@trpc/server";
import { fetchRequestHandler } from "@trpc/server/adapters/fetch";
import { Hono } from "hono";
import { bodyLimit } from "hono/body-limit";

import { filesPath, oidcPath, rpcPath } from "@countersign/contract";

import type { TrustedProxies } from "../connection/client-address.ts";
import { fileRoutes } from "../files/file-routes.ts";
import { metricsPath } from "../observe/meter.ts";
import type { Readiness } from "../observe/readiness.ts";
import { readRequestId, requestIdHeader } from "../observe/request-id.ts";
import { oidcRoutes } from "../oidc/oidc-routes.ts";
import type { Caller, RootContext } from "../procedure/call-context.ts";
import type { Services } from "../services.ts";

import { fileBody, guardCalls, jsonBody } from "./guard.ts";
import { createHttpCaller } from "./http-caller.ts";
import { judgeBatch } from "./judge-batch.ts";
import type { OriginCheck } from "./origin.ts";
import { securityHeaders } from "./security-headers.ts";
import { staticFiles } from "./static-files.ts";

export interface HttpAppOptions {
  readonly router: AnyRouter;
  readonly services: Services;
  readonly publicUrl: URL;
  readonly isAllowedOrigin: OriginCheck;
  readonly isTrustedProxy: TrustedProxies;
  /** Where the built web app is; null when something else serves it. */
  readonly webFolder: string | null;
  /** May traffic be sent here, and if not, why not? */
  readiness(): Promise<Readiness>;
  /** What is served under `/metrics`; null for nothing. */
  readonly metrics: ((request: Request) => Promise<Response>) | null;
  /** Hears of calls that failed, those for no procedure included. */
  onFailedCall(error: TRPCError, path: string | undefined): void;
}

/** 200 for as long as the process lives; who may be sent traffic is another question (`/readyz`). */
export const livenessPath = "/healthz";
/** Told to all who ask, under any Host: a load balancer asks by address. */
export const healthPaths: ReadonlySet<string> = new Set([livenessPath, "/readyz"]);

/** The HTTP half: calls that set a cookie (and any other, for clients without a socket), health, and the web app. */
export function createHttpApp(options: HttpAppOptions): Hono<{ Bindings: HttpBindings }> {
  const { services } = options;
  const { log, refusalLog, settings } = services;
  const app = new Hono<{ Bindings: HttpBindings }>();

  app.use(securityHeaders(options.publicUrl));
  app.use((c, next) => {
    c.header(requestIdHeader, readRequestId(c.env.incoming, options.isTrustedProxy));
    return next();
  });
  app.get(livenessPath, (c) => c.json({ status: "ok" }, 200, { "Cache-Control": "no-store" }));
  app.get("/readyz", async (c) => {
    const { isReady, checks } = await options.readiness();
    const status = isReady ? "ready" : "not ready";
    return c.json({ status, checks }, isReady ? 200 : 503, { "Cache-Control": "no-store" });
  });
  const { metrics } = options;
  if (metrics !== null) app.get(metricsPath, (c) => metrics(c.req.raw));

  const { isAllowedOrigin, isTrustedProxy } = options;
  const guards = { isAllowedOrigin, isTrustedProxy, requireOrigin: settings.REQUIRE_ORIGIN, refusalLog };
  const guard = guardCalls({ ...guards, body: jsonBody });
  const tooLarge = bodyLimit({
    maxSize: settings.MAX_BODY_BYTES,
    onError: (c) => {
      // The rest of the body is not read, so nothing more can come over this connection.
      c.header("Connection", "close");
      return c.json({ error: { message: `The body is larger than ${settings.MAX_BODY_BYTES} bytes.` } }, 413);
    },
  });
  app.all(`${rpcPath}/*`, guard, tooLarge, async (c) => {
    const by: { caller: Caller | null } = { caller: null };
    const made = await fetchRequestHandler({
      endpoint: rpcPath,
      req: c.req.raw,
      router: options.router,
      maxBatchSize: settings.MAX_BATCH,
      createContext: ({ resHeaders }): RootContext => ({
        caller: (by.caller = createHttpCaller(options, c.env, resHeaders)),
      }),
      onError: ({ error, path }) => options.onFailedCall(error, path),
    });
    const response = await judgeBatch(made, { caller: by.caller, router: options.router });
    const headers = new Headers(response.headers);
    for (const [name, value] of c.res.headers) headers.append(name, value);
    return new Response(response.body, { status: response.status, headers });
  });

  const { files } = services;
  if (files !== null)
    app.all(`${filesPath}/*`, guardCalls({ ...guards, body: fileBody }), fileRoutes({ ...options, files }));

  app.route(oidcPath, oidcRoutes(options));

  if (options.webFolder !== null) app.use(staticFiles(options.webFolder));
  app.notFound((c) => {
    // Besides calls, everything here is only read.
    if (c.req.method === "GET" || c.req.method === "HEAD") {
      return c.json({ error: { message: "There is nothing here." } }, 404);
    }
    return c.json({ error: { message: "Use GET." } }, 405, { Allow: "GET, HEAD" });
  });
  app.onError((error, c) => {
    const requestId = readRequestId(c.env.incoming, options.isTrustedProxy);
    log.error({ requestId, err: error, path: c.req.path.slice(0, 200) }, "A request failed");
    return c.json({ error: { message: `Something went wrong on our side. Request id: ${requestId}` } }, 500);
  });
  return app;
}
