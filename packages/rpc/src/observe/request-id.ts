import { randomUUID } from "node:crypto";
import type { IncomingMessage } from "node:http";

import type { TrustedProxies } from "../connection/client-address.ts";

export const requestIdHeader = "x-request-id";

const ids = new WeakMap<IncomingMessage, string>();

/**
 * What a request is called in the log and in its answer: the name a trusted proxy gave it, when that is one, else one made
 * here. From anybody else it would be a way to write into our log. The same for one request, whoever asks.
 */
export function readRequestId(request: IncomingMessage, isTrusted: TrustedProxies): string {
  const known = ids.get(request);
  if (known !== undefined) return known;
  const id = findGivenId(request, isTrusted) ?? randomUUID();
  ids.set(request, id);
  return id;
}

function findGivenId(request: IncomingMessage, isTrusted: TrustedProxies): string | null {
  const given = request.headers[requestIdHeader];
  if (typeof given !== "string" || !/^[\w.:=+/-]{8,128}$/.test(given)) return null;
  const peer = request.socket.remoteAddress ?? "";
  return isTrusted(/^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(peer)?.[1] ?? peer) ? given : null;
}
