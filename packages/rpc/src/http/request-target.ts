import type { IncomingMessage } from "node:http";

import { isHostServed } from "@countersign/contract";

/**
 * Where a request goes. Null when its URL or Host cannot be read, which is answered with 400: a bad one that reaches the
 * WebSocket adapter ends the process.
 */
export function parseRequestTarget(request: IncomingMessage, protocol: "http" | "https"): URL | null {
  const { url = "", headers } = request;
  const { host } = headers;
  if (!url.startsWith("/") || host === undefined || !isHostServed(host.replace(port, ""))) return null;
  // Of two Hosts, Node keeps the first; a proxy before us may go by the other (RFC 9112 §3.2).
  if (request.headersDistinct.host?.length !== 1) return null;
  try {
    decodeURIComponent(rawPath(request));
    return new URL(url, `${protocol}://${host}`);
  } catch {
    // Not a URL: the answer is null.
    return null;
  }
}

const port = /:\d{1,5}$/;

/** The path as it was sent, before any normalising: `/trpc/../x` is not `/x`. */
export function rawPath(request: IncomingMessage): string {
  return (request.url ?? "").split("?", 1)[0] ?? "";
}
