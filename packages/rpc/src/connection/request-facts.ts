import type { IncomingHttpHeaders, IncomingMessage } from "node:http";

import { parseCookies } from "./cookies.ts";

/** Facts of the upgrade or HTTP request. Frozen; holds no user, and neither the session's nor the visitor's cookie. */
export interface RequestFacts {
  readonly headers: Readonly<Record<string, string>>;
  readonly cookies: Readonly<Record<string, string>>;
  readonly url: string;
  readonly path: string;
  readonly query: Readonly<Record<string, string>>;
  readonly ip: string;
  readonly protocol: "http" | "https";
  /** The first language the browser asks for, as a BCP 47 tag. */
  readonly locale: string | null;
  readonly userAgent: string | null;
}

interface FactOptions {
  readonly isSecretCookie: (name: string) => boolean;
  readonly ip: string;
  readonly protocol: "http" | "https";
}

const secretHeaders = new Set(["cookie", "authorization", "proxy-authorization"]);

/** Reads the facts. `url` has been parsed before: see the guards. */
export function readRequestFacts(request: IncomingMessage, url: URL, options: FactOptions): RequestFacts {
  return new LazyFacts(request.headers, url, options);
}

/** Worked out when asked for: most sockets never are, and there may be many thousands. */
class LazyFacts implements RequestFacts {
  readonly ip: string;
  readonly protocol: "http" | "https";
  readonly url: string;
  readonly #headers: IncomingHttpHeaders;
  readonly #isSecretCookie: (name: string) => boolean;

  constructor(headers: IncomingHttpHeaders, url: URL, options: FactOptions) {
    this.#headers = headers;
    this.#isSecretCookie = options.isSecretCookie;
    this.url = url.href;
    this.ip = options.ip;
    this.protocol = options.protocol;
    Object.freeze(this);
  }

  get path(): string {
    return new URL(this.url).pathname;
  }

  get query(): Readonly<Record<string, string>> {
    return Object.freeze(Object.fromEntries(new URL(this.url).searchParams));
  }

  get headers(): Readonly<Record<string, string>> {
    const shown = Object.entries(this.#headers).filter(([name]) => !secretHeaders.has(name));
    return Object.freeze(Object.fromEntries(shown.map(([name, value]) => [name, String(value)])));
  }

  get cookies(): Readonly<Record<string, string>> {
    const cookies = parseCookies(this.#headers.cookie);
    const shown = [...cookies].filter(([name]) => !this.#isSecretCookie(name));
    return Object.freeze(Object.fromEntries(shown));
  }

  get locale(): string | null {
    const first = this.#headers["accept-language"]?.split(/[,;]/, 1)[0]?.trim();
    return first && /^[A-Za-z]{2,8}(?:-[A-Za-z0-9]{1,8})*$/.test(first) ? first : null;
  }

  get userAgent(): string | null {
    return this.#headers["user-agent"]?.slice(0, 512) ?? null;
  }
}
