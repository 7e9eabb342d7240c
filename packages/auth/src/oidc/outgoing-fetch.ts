import type { CustomFetch } from "openid-client";
import { Agent, fetch } from "undici";

import type { Resolve } from "./look-up-in-turns.ts";
import { type AddressRule, createGuardedLookup, isCallable, RefusedAddress } from "./outgoing-address.ts";
import { isSecureEnough } from "./provider.ts";

/** A provider does not answer, or not now: nothing is known of what it would say. */
export class ProviderUnavailable extends Error {
  override readonly name = "ProviderUnavailable";
}

/** Is this, or what caused it, that the provider could not be asked? */
export function isUnavailable(error: unknown): boolean {
  for (let each = error; each instanceof Error; each = each.cause) if (each instanceof ProviderUnavailable) return true;
  return false;
}

/** Is this, or what caused it, that an answer took too long? What was asked may have been done all the same. */
export function isTimeout(error: unknown): boolean {
  for (let each = error; each instanceof Error; each = each.cause) if (each.name === "TimeoutError") return true;
  return false;
}

/** One call in all, from the name to the last byte. */
const longestCallMs = 8000;
const mostBytes = 1024 * 1024;

/**
 * The `fetch` that providers are called with: over https, to addresses that may be called, without following redirects, within
 * 8 s and 1 MiB.
 */
export function createOutgoingFetch(
  rule: AddressRule,
  { longestMs = longestCallMs, resolve }: { readonly longestMs?: number; readonly resolve?: Resolve } = {},
): CustomFetch {
  const dispatcher = new Agent({
    connect: { lookup: createGuardedLookup(rule, resolve), timeout: longestMs },
    headersTimeout: longestMs,
    bodyTimeout: longestMs,
    keepAliveTimeout: 1000,
  });

  return async (address, { method, headers, body, signal }) => {
    const url = new URL(address);
    requireCallable(url, rule);
    const within = AbortSignal.any([AbortSignal.timeout(longestMs), ...(signal ? [signal] : [])]);
    // The cast: undici's own types of a body are those of Node's global fetch under other names.
    const init = {
      method,
      headers,
      body: (body ?? null) as string | null,
      redirect: "manual",
      signal: within,
    } as const;
    const answered = await fetch(url, { ...init, dispatcher }).catch(asUnavailable);
    if (answered.status >= 500 || answered.status === 429) {
      await answered.body?.cancel();
      throw new ProviderUnavailable(`${url.host} answers with status ${answered.status}.`);
    }
    const bytes = await readBody(answered).catch(asUnavailable);
    const kept = new Headers([...answered.headers].filter(([name]) => !/^content-(?:length|encoding)$/.test(name)));
    const isEmpty = bytes.byteLength === 0 || answered.status === 204 || answered.status === 304;
    return new Response(isEmpty ? null : bytes, { status: answered.status, headers: kept });
  };
}

/** A host in digits is not looked up, so it is looked at here. */
function requireCallable(url: URL, rule: AddressRule): void {
  if (!isSecureEnough(url, rule.allowLoopback)) throw new Error(`${url.origin} is not called: use https.`);
  const host = url.hostname.replace(/^\[(.*)\]$/, "$1");
  if (/^[\d.]+$|:/.test(host) && !isCallable(host, rule)) throw new RefusedAddress();
}

/** In parts, so that no more is kept than is allowed. The cast: undici types what its streams give as anything. */
async function readBody(response: Awaited<ReturnType<typeof fetch>>): Promise<Uint8Array<ArrayBuffer>> {
  const parts: Uint8Array[] = [];
  let length = 0;
  for await (const part of (response.body ?? []) as AsyncIterable<Uint8Array>) {
    length += part.byteLength;
    if (length > mostBytes) throw new Error(`The answer is larger than ${mostBytes} bytes.`);
    parts.push(part);
  }
  return new Uint8Array(Buffer.concat(parts));
}

function asUnavailable(error: unknown): never {
  throw new ProviderUnavailable("The provider could not be reached.", { cause: error });
}
