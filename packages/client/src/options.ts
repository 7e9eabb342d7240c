import type { ConnectionTiming } from "./connection.ts";
import { browserPage, type PageSignals } from "./page-signals.ts";

/** All have defaults for a page served by the app's own origin. */
export interface SessionClientOptions {
  /** Where the server is, without a path. Default: the page's origin. */
  readonly url?: string;
  /** Procedures of the app that set the cookie and so go over HTTP, as in `"billing.confirm"`. */
  readonly httpPaths?: Iterable<string>;
  /** How long a call may take, in milliseconds. Default: 15,000. */
  readonly callDeadlineMs?: number;
  /** How long the answer of a sign-in is kept back for the snapshot that belongs to it. Default: 3,000. */
  readonly settleMs?: number;
  readonly timing?: Partial<ConnectionTiming>;
  readonly WebSocket?: typeof WebSocket;
  readonly fetch?: typeof fetch;
  /** What files are sent by. */
  readonly XMLHttpRequest?: typeof XMLHttpRequest;
  /** How long nothing of a file may move, in milliseconds. Default: 30,000. */
  readonly transferStallMs?: number;
  /** How tabs tell each other; null for not at all. Default: a `BroadcastChannel` of the server's address. */
  readonly channel?: BroadcastChannel | null;
  readonly page?: PageSignals;
  /**
   * Goes where a refused call says to go: a path of this site, checked. Default: the browser goes there; give the
   * router's own way to stay on the page.
   */
  readonly onRedirect?: (to: string) => void;
  /** Chance between 0 and 1. Default: `Math.random`. */
  readonly random?: () => number;
  /** Hears of what should not happen and is survived. Default: `console.warn`. */
  readonly onReport?: (problem: string, detail: unknown) => void;
}

/** What a page waits for, and how long. */
export const defaultTiming: ConnectionTiming = {
  openMs: 10_000,
  silenceMs: 25_000,
  answerMs: 8_000,
  handOverMs: 1_000,
  probeMs: 3_000,
  spreadMs: 5_000,
  stableMs: 5_000,
  offlineRetryMs: 30_000,
};

/** The options with their defaults. Browser globals are read when they are used, so that a server can load the module. */
export function resolveOptions(options: SessionClientOptions) {
  const url = (options.url ?? globalThis.location?.origin ?? "").replace(/\/$/, "");
  if (!/^https?:\/\/[^/]+$/.test(url)) {
    throw new Error(
      `The url "${url}" is not an origin. Pass one such as "https://app.example" to createSessionClient.`,
    );
  }

  return {
    url,
    httpPaths: [...(options.httpPaths ?? [])],
    callDeadlineMs: options.callDeadlineMs ?? 15_000,
    settleMs: options.settleMs ?? 3_000,
    timing: { ...defaultTiming, ...options.timing },
    WebSocket: options.WebSocket ?? globalThis.WebSocket,
    XMLHttpRequest: options.XMLHttpRequest ?? globalThis.XMLHttpRequest,
    transferStallMs: options.transferStallMs ?? 30_000,
    fetch: options.fetch ?? ((input: RequestInfo | URL, init?: RequestInit) => globalThis.fetch(input, init)),
    openChannel: () => (options.channel === undefined ? openChannel(url) : options.channel),
    page: options.page ?? browserPage,
    random: options.random ?? Math.random,
    redirect: options.onRedirect ?? ((to: string) => globalThis.location?.assign(to)),
    report: options.onReport ?? warn,
  };
}

function openChannel(url: string): BroadcastChannel | null {
  return typeof BroadcastChannel === "undefined" ? null : new BroadcastChannel(`countersign ${url}`);
}

function warn(problem: string, detail: unknown) {
  // oxlint-disable-next-line no-console -- where nobody listens, the developer's console is the place
  console.warn(`[countersign] ${problem}`, detail);
}
