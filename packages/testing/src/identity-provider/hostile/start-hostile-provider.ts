import type { IncomingMessage, ServerResponse } from "node:http";
import { text } from "node:stream/consumers";

import { decodeJwt } from "jose";

import { listenLocally } from "../listen.ts";
import {
  type IdentityProvider,
  type IdentityProviderOptions,
  startIdentityProvider,
} from "../start-identity-provider.ts";

import { type Claims, createForger, type ForgedSignature, type Forger } from "./forge-token.ts";
import { type HostileAnswer, type PassedAnswer, sendAnswer } from "./hostile-answer.ts";
import { passOn } from "./pass-on.ts";

/** What an app asks of a provider. `jku` is where keys lie that only a header names. */
export type HostileEndpoint = "discovery" | "jwks" | "authorization" | "token" | "userinfo" | "end-session" | "jku";

export interface SeenRequest {
  readonly endpoint: HostileEndpoint | null;
  readonly method: string;
  /** With its query. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: string;
}

/** A real provider behind a door that lies. It is honest until it is told what to do wrong, and does only that wrong. */
export interface HostileProvider extends IdentityProvider {
  /** Sends this in place of the real answer: one of `hostileAnswers`, or what a test makes up. Null: the real one again. */
  answer(endpoint: HostileEndpoint, answer: HostileAnswer | null): void;
  /**
   * Changes fields of an answer in JSON, or, for `authorization`, parameters of the redirect to the app. Undefined takes one away.
   * Null: the real ones again.
   */
  change(endpoint: HostileEndpoint, changes: Claims | ((real: Claims) => Claims) | null): void;
  /** Changes claims of the ID tokens; undefined takes one away. They are signed by a key that is published. */
  claims(changes: Claims | ((real: Claims) => Claims) | null): void;
  /** How ID tokens are signed. */
  sign(signature: ForgedSignature | null): void;
  /** A logout token as `logoutToken` makes it, but for these claims, its signature, and the type in its header. */
  forgeLogoutToken(userName: string, changes?: Claims, signature?: ForgedSignature, typ?: string): Promise<string>;
  /** Nobody is at home: every connection is cut. */
  away(isAway: boolean): void;
  /** Everything as it should be again. What was asked stays known. */
  honest(): void;
  /** What it was asked so far, at one endpoint or at all. */
  requests(endpoint?: HostileEndpoint): readonly SeenRequest[];
}

interface Lies {
  readonly answers: Map<HostileEndpoint, HostileAnswer>;
  readonly changes: Map<HostileEndpoint, Change>;
  claims: Change | null;
  signature: ForgedSignature | null;
  isAway: boolean;
}

type Change = Claims | ((real: Claims) => Claims);

/**
 * Starts a provider and a proxy before it. To apps the proxy is the provider, under an issuer of its own; what they sent to it is
 * kept for `requests`.
 *
 *     await using hostile = await startHostileProvider({ users: [{ name: "ann" }] });
 *     hostile.claims({ nonce: "of another sign-in" });
 *     hostile.answer("token", hostileAnswers.html);
 */
export async function startHostileProvider(options: Omit<IdentityProviderOptions, "issuer">): Promise<HostileProvider> {
  const { port, ...behind } = options;
  const lies: Lies = { answers: new Map(), changes: new Map(), claims: null, signature: null, isAway: false };
  const seen: SeenRequest[] = [];
  const door = await listenLocally((request, response) => answer(request, response), port);
  const provider = await startIdentityProvider({ ...behind, issuer: door.url });
  const forger = await createForger(`${door.url}${pathOfKeys}`, provider);
  const stop = async () => {
    await door[Symbol.asyncDispose]();
    await provider.stop();
  };

  return {
    ...provider,
    get users() {
      return provider.users;
    },
    answer: (endpoint, wrong) => void (wrong ? lies.answers.set(endpoint, wrong) : lies.answers.delete(endpoint)),
    change: (endpoint, change) => void (change ? lies.changes.set(endpoint, change) : lies.changes.delete(endpoint)),
    claims: (change) => void (lies.claims = change),
    sign: (signature) => void (lies.signature = signature),
    async forgeLogoutToken(userName, changes = {}, signature = "published", typ) {
      const real = await provider.logoutToken(userName);
      return forger.sign(apply(changes, decodeJwt(real)), { signature, real, typ });
    },
    away: (isAway) => void (lies.isAway = isAway),
    honest() {
      lies.answers.clear();
      lies.changes.clear();
      Object.assign(lies, { claims: null, signature: null, isAway: false });
    },
    requests: (endpoint) => seen.filter((each) => endpoint === undefined || each.endpoint === endpoint),
    stop,
    [Symbol.asyncDispose]: stop,
  };

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { url: path = "/", method = "GET", headers } = request;
    const endpoint = endpointOf(path);
    const body = await text(request);
    seen.push({ endpoint, method, path, headers, body });
    if (lies.isAway) return void response.destroy();
    // As it was told when this was asked: what it is told later is for others.
    const told = { ...lies };
    const wrong = (endpoint && lies.answers.get(endpoint)) ?? {};

    const real = endpoint === "jku" ? keysOf(forger) : await passOn(provider.url, request, body);
    const changed = endpoint === null ? real : await lie(endpoint, real, { lies: told, forger, issuer: door.url });
    await sendAnswer(response, changed, wrong);
  }
}

const pathOfKeys = "/hostile-keys";

function endpointOf(path: string): HostileEndpoint | null {
  const [pathname = ""] = path.split("?");
  if (pathname === "/.well-known/openid-configuration") return "discovery";
  if (pathname === "/jwks") return "jwks";
  if (pathname === "/auth" || pathname.startsWith("/auth/")) return "authorization";
  if (pathname === "/token") return "token";
  if (pathname === "/me") return "userinfo";
  if (pathname.startsWith("/session/end")) return "end-session";
  return pathname === pathOfKeys ? "jku" : null;
}

function keysOf({ unpublished }: Forger): PassedAnswer {
  return { status: 200, headers: { "content-type": "application/json" }, body: JSON.stringify({ keys: unpublished }) };
}

interface Liar {
  readonly lies: Lies;
  readonly forger: Forger;
  readonly issuer: string;
}

async function lie(
  endpoint: HostileEndpoint,
  real: PassedAnswer,
  { lies, forger, issuer }: Liar,
): Promise<PassedAnswer> {
  const change = lies.changes.get(endpoint);
  if (endpoint === "authorization") return change ? changeRedirect(real, change, issuer) : real;

  const read = readObject(real.body);
  if (read === null) return real;
  const known = endpoint === "jwks" ? withKeys(read, forger) : read;
  const forged = endpoint === "token" ? await forgeIdToken(known, lies, forger) : known;
  return { ...real, body: JSON.stringify(change ? apply(change, forged) : forged) };
}

/** Only what goes to the app: the provider sends browsers to its own pages as well. */
function changeRedirect(real: PassedAnswer, change: Change, issuer: string): PassedAnswer {
  const { location } = real.headers;
  if (typeof location !== "string" || !URL.canParse(location)) return real;
  const url = new URL(location);
  if (url.origin === new URL(issuer).origin) return real;

  const parameters = apply(change, Object.fromEntries(url.searchParams));
  url.search = "";
  for (const [name, value] of Object.entries(parameters)) {
    if (typeof value === "string") url.searchParams.set(name, value);
  }
  return { ...real, headers: { ...real.headers, location: url.href } };
}

function withKeys(jwks: Claims, { published }: Forger): Claims {
  return Array.isArray(jwks["keys"]) ? { ...jwks, keys: [...(jwks["keys"] as unknown[]), ...published] } : jwks;
}

async function forgeIdToken(answer: Claims, { claims, signature }: Lies, forger: Forger): Promise<Claims> {
  const { id_token: real } = answer;
  if (typeof real !== "string" || (claims === null && signature === null)) return answer;
  const changed = apply(claims ?? {}, decodeJwt(real));
  return { ...answer, id_token: await forger.sign(changed, { signature: signature ?? "published", real }) };
}

function apply(change: Change, real: Claims): Claims {
  return { ...real, ...(typeof change === "function" ? change(real) : change) };
}

function readObject(body: string): Claims | null {
  try {
    const read: unknown = JSON.parse(body);
    return typeof read === "object" && read !== null && !Array.isArray(read) ? { ...read } : null;
  } catch {
    // A page, not an answer in JSON: passed on as it is.
    return null;
  }
}
