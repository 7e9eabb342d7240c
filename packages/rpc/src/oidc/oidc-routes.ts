import type { HttpBindings } from "@hono/node-server";
import { type Context, Hono } from "hono";
import { bodyLimit } from "hono/body-limit";

import type { SignInOrigin } from "@countersign/auth";
import { oidcPages } from "@countersign/contract";

import type { TrustedProxies } from "../connection/client-address.ts";
import { createHttpCaller } from "../http/http-caller.ts";
import { readRequestId } from "../observe/request-id.ts";
import type { Services } from "../services.ts";

interface Options {
  readonly services: Services;
  readonly publicUrl: URL;
  readonly isTrustedProxy: TrustedProxies;
}

type Exchange = Context<{ Bindings: HttpBindings }>;

/** As long as something waits to be asked. */
const bindingSeconds = 600;
const mostTokenBytes = 16 * 1024;

/** Where browsers come back from identity providers, and where those call themselves. Mounted under `oidcPath`. */
export function oidcRoutes(options: Options): Hono<{ Bindings: HttpBindings }> {
  const app = new Hono<{ Bindings: HttpBindings }>();
  app.use((c, next) => {
    c.header("Cache-Control", "no-store");
    return next();
  });
  app.get("/:provider/callback", (c) => answerCallback(options, c));
  app.get("/:provider/logged-out", (c) => answerLoggedOut(options, c));
  const tooLarge = bodyLimit({
    maxSize: mostTokenBytes,
    onError: (c) => c.json({ error: "invalid_request" }, 413, { Connection: "close" }),
  });
  app.post("/:provider/backchannel-logout", tooLarge, (c) => answerBackChannel(options, c));
  app.all("*", (c) => c.json({ error: { message: "There is nothing here." } }, 404));
  return app;
}

async function answerCallback(options: Options, c: Exchange): Promise<Response> {
  const refusal = refuseAllButNavigation(c);
  if (refusal !== null) return refusal;

  const { auth, clock, cookie, log, oidcCookie, refusalLog, visitorCookie } = options.services;
  const provider = c.req.param("provider") ?? "";
  const bindings = oidcCookie.read(c.req.header("cookie"));
  const query = new URL(c.req.url).searchParams;
  const { caller, from, headers } = await readOrigin(options, c).catch((err: unknown) => {
    log.warn({ err }, "Who came back from a provider could not be read");
    return { caller: null, from: null, headers: new Headers() };
  });
  const id = readRequestId(c.env.incoming, options.isTrustedProxy);
  if (caller === null) return seeOther(c, oidcPages.error, { code: "unavailable", id });

  const result = await auth.oidc.callback({ provider, query, bindings }, from);
  switch (result.status) {
    case "refused": {
      const { code, message, cause } = result.refusal;
      const said = { error: clean(query.get("error")), description: clean(query.get("error_description")) };
      const facts = { requestId: id, provider: clean(provider), code, reason: message, said, err: cause };
      // Anybody can come with a state that is none; whatever else is refused took a visit to bring about.
      if (code === "expired" || code === "limited") refusalLog.write(facts, "A sign-in with a provider was refused");
      else log.warn(facts, "A sign-in with a provider was refused");
      return seeOther(c, oidcPages.error, { code, id });
    }
    case "pending":
      // What is asked is asked of this browser: it is told apart for as long as there is time to answer.
      c.header("Set-Cookie", oidcCookie.serialize(result.binding, bindingSeconds), { append: true });
      return seeOther(c, oidcPages.next, { t: result.id });
    case "unchanged":
      return seeOther(c, oidcPages.signedIn, { to: result.to });
    case "signed-in": {
      // The page it goes on to looks at the new session: there is nobody here to read `session-change`.
      caller.reply?.setSession(cookie.serialize({ ...result, now: clock.now() }), "signed-in");
      if (caller.visitorHash !== null) caller.reply?.setVisitor(visitorCookie.serializeCleared());
      for (const set of headers.getSetCookie()) c.header("Set-Cookie", set, { append: true });
      return seeOther(c, oidcPages.signedIn, { to: result.to });
    }
  }
}

/** What a browser does by itself (a preview, a prefetch, an image) must not use an answer up. */
function refuseAllButNavigation(c: Exchange): Response | null {
  const purpose = c.req.header("sec-purpose") ?? c.req.header("purpose") ?? "";
  const destination = c.req.header("sec-fetch-dest") ?? "document";
  const isPage = c.req.method === "GET" && destination === "document";
  if (isPage && !/prefetch|preview/i.test(purpose)) return null;
  return c.json({ error: { message: "Open this as a page." } }, 400);
}

async function readOrigin(options: Options, c: Exchange) {
  const headers = new Headers();
  const caller = createHttpCaller(options, c.env, headers);
  const { auth } = options.services;
  const { ip, userAgent, locale } = caller.request;
  const presented = caller.tokenHash === null ? null : await auth.sessions.validate(caller.tokenHash);
  const { tokenHash: presentedTokenHash, visitorHash } = caller;
  const from: SignInOrigin = { ip, userAgent, locale, presented, presentedTokenHash, visitorHash };
  return { caller, from, headers };
}

/** Back from signing out there: the state is used up, and the page is the same whether it was good or not. */
async function answerLoggedOut({ services }: Options, c: Exchange): Promise<Response> {
  const { auth, log, oidcCookie } = services;
  const returned = {
    provider: c.req.param("provider") ?? "",
    state: c.req.query("state") ?? null,
    bindings: oidcCookie.read(c.req.header("cookie")),
  };
  await auth.oidc.endLogout(returned).catch((err: unknown) => {
    log.warn({ err }, "The state of a sign-out could not be looked at");
  });
  return seeOther(c, oidcPages.loggedOut, {});
}

/** OpenID Connect Back-Channel Logout 1.0, §2.5 and §2.8. From a server, so there is no Origin, and no cookie is looked at. */
async function answerBackChannel(options: Options, c: Exchange): Promise<Response> {
  const { auth, refusalLog } = options.services;
  const requestId = readRequestId(c.env.incoming, options.isTrustedProxy);
  if (!/^application\/x-www-form-urlencoded(?:;|$)/i.test(c.req.header("content-type") ?? ""))
    return c.json({ error: "invalid_request" }, 400);
  const tokens = new URLSearchParams(await c.req.text()).getAll("logout_token");
  const [logoutToken] = tokens;
  if (logoutToken === undefined || tokens.length > 1) return c.json({ error: "invalid_request" }, 400);

  const { request } = createHttpCaller(options, c.env, new Headers());
  const provider = c.req.param("provider") ?? "";
  const result = await auth.oidc.backChannelLogout({ provider, logoutToken }, request);
  switch (result.status) {
    case "ended":
      return c.body(null, 200);
    case "invalid":
      refusalLog.write(
        { requestId, provider: clean(provider), reason: clean(result.reason) },
        "A logout token was refused",
      );
      return c.json({ error: "invalid_request" }, 400);
    case "unknown":
      return c.json({ error: "invalid_request" }, 404);
    case "limited":
      return c.json({ error: "temporarily_unavailable" }, 429, { "Retry-After": String(result.retryAfterSeconds) });
    case "unavailable":
      return c.json({ error: "temporarily_unavailable" }, 503);
  }
}

function seeOther(c: Exchange, page: string, query: Readonly<Record<string, string>>): Response {
  const search = new URLSearchParams(query).toString();
  c.header("Referrer-Policy", "no-referrer");
  return c.redirect(search === "" ? page : `${page}?${search}`, 303);
}

/** Text of strangers on its way to the log: cut, and without what controls a terminal. */
function clean(text: string | null): string | null {
  return text === null ? null : text.slice(0, 200).replaceAll(/[\p{C}\p{Zl}\p{Zp}]/gu, "�");
}
