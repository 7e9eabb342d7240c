import type { HttpBindings } from "@hono/node-server";

import { addressKey, hashToken } from "@countersign/auth";
import { Patience } from "@countersign/db";

import { readClientAddress, type TrustedProxies } from "../connection/client-address.ts";
import { readRequestFacts } from "../connection/request-facts.ts";
import { isSecretCookieOf } from "../connection/secret-cookies.ts";
import { readVisitorHash } from "../connection/visitor-hash.ts";
import type { FileCall } from "../files/file-call.ts";
import { readRequestId } from "../observe/request-id.ts";
import type { Caller } from "../procedure/call-context.ts";
import type { Services } from "../services.ts";

import { HttpReply } from "./http-reply.ts";

/** Who calls over HTTP: the facts of the request, and the answer's headers. */
export function createHttpCaller(
  options: { readonly services: Services; readonly publicUrl: URL; readonly isTrustedProxy: TrustedProxies },
  { incoming }: HttpBindings,
  headers: Headers,
  fileCall: FileCall | null = null,
): Caller {
  const address = readClientAddress(incoming, options.isTrustedProxy);
  const url = new URL(incoming.url ?? "/", options.publicUrl);
  const { cookie, oidcCookie, visitorCookie } = options.services;
  const token = cookie.read(incoming.headers.cookie);
  const visitorToken = visitorCookie.read(incoming.headers.cookie);
  return {
    services: options.services,
    request: readRequestFacts(incoming, url, {
      isSecretCookie: isSecretCookieOf(options.services),
      ...address,
    }),
    addressKey: addressKey(address.ip),
    tokenHash: token === null ? null : hashToken(token),
    visitorHash: readVisitorHash(options.services, incoming.headers.cookie),
    requestId: readRequestId(incoming, options.isTrustedProxy),
    userId: null,
    sessionId: null,
    bindings: oidcCookie.read(incoming.headers.cookie),
    connection: null,
    reply: new HttpReply(headers, {
      presentedVisitor:
        visitorToken && visitorCookie.serialize(visitorToken, options.services.settings.VISITOR_SECONDS),
      patience: new Patience(options.services.db.patienceMs),
    }),
    fileCall,
  };
}
