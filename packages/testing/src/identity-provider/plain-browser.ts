import { createCookieJar } from "./cookie-jar.ts";

/** Where a visit came to its end. */
export interface Landing {
  readonly url: string;
  readonly status: number;
  readonly headers: Headers;
  readonly body: string;
}

/** What of a browser signing in needs: cookies, redirects, forms. No script runs. */
export interface PlainBrowser {
  /**
   * Opens a page and follows its redirects, at most twenty. With `until`, the first redirect to an address it holds for is not
   * followed: that address is then the landing's `url`, and nothing was asked there.
   */
  visit(url: string, options?: VisitOptions): Promise<Landing>;
  /** Sends the one form of a page, with these fields besides its hidden ones, and follows the redirects. */
  submit(page: Landing, fields: Readonly<Record<string, string>>, options?: VisitOptions): Promise<Landing>;
  /** A mutation of an app, called as its own page would. Its result, or an error with what the app answered. */
  mutate(appUrl: string, path: string, input: unknown): Promise<unknown>;
  /** The `Cookie` header it sends there; null without cookies. */
  cookie(url: string): string | null;
  /** Removes its cookies of this host. */
  forget(url: string): void;
}

export interface VisitOptions {
  readonly until?: (url: string) => boolean;
}

const mostRedirects = 20;

export function openPlainBrowser(): PlainBrowser {
  const jar = createCookieJar();
  return { visit, submit, mutate, cookie: (url) => jar.header(url), forget: (url) => jar.forget(url) };

  function visit(url: string, options: VisitOptions = {}): Promise<Landing> {
    return follow(
      url,
      { method: "GET", headers: { "sec-fetch-dest": "document", "sec-fetch-mode": "navigate" } },
      options,
    );
  }

  function submit(
    page: Landing,
    fields: Readonly<Record<string, string>>,
    options: VisitOptions = {},
  ): Promise<Landing> {
    const { action, hidden } = readForm(page);
    const body = new URLSearchParams({ ...hidden, ...fields });
    return follow(action, { method: "POST", body, headers: { origin: new URL(page.url).origin } }, options);
  }

  async function mutate(appUrl: string, path: string, input: unknown): Promise<unknown> {
    const url = new URL(`/trpc/${path}`, appUrl).href;
    const headers = { "content-type": "application/json", origin: new URL(appUrl).origin };
    const response = await ask(url, { method: "POST", headers, body: JSON.stringify(input) });
    const text = await response.text();
    if (!response.ok) throw new Error(`${path} was answered with ${response.status}: ${text}`);
    // What an app answers is for the test to look at.
    return (JSON.parse(text) as { result: { data: unknown } }).result.data;
  }

  async function follow(start: string, first: RequestInit, { until = () => false }: VisitOptions): Promise<Landing> {
    let url = start;
    let request = first;
    for (let count = 0; count <= mostRedirects; count += 1) {
      const response = await ask(url, request);
      const location = response.headers.get("location");
      const { status, headers } = response;
      const body = await response.text();
      if (status < 300 || status > 399 || location === null) return { url, status, headers, body };
      url = new URL(location, url).href;
      if (until(url)) return { url, status, headers, body };
      request = { method: "GET", headers: { "sec-fetch-dest": "document", "sec-fetch-mode": "navigate" } };
    }
    throw new Error(`More than ${mostRedirects} redirects, the last one to ${url}.`);
  }

  async function ask(url: string, request: RequestInit): Promise<Response> {
    const headers = new Headers(request.headers);
    const cookie = jar.header(url);
    if (cookie !== null) headers.set("cookie", cookie);
    const response = await fetch(url, { ...request, headers, redirect: "manual", signal: AbortSignal.timeout(15_000) });
    jar.take(url, response);
    return response;
  }
}

function readForm({ url, body }: Landing): { action: string; hidden: Record<string, string> } {
  const form = /<form\b[^>]*>/.exec(body)?.[0];
  if (form === undefined) throw new Error(`There is no form at ${url}.`);
  const hidden: Record<string, string> = {};
  for (const [input] of body.matchAll(/<input\b[^>]*type="hidden"[^>]*>/g)) {
    hidden[attribute(input, "name") ?? ""] = attribute(input, "value") ?? "";
  }
  return { action: new URL(attribute(form, "action") ?? "", url).href, hidden };
}

function attribute(tag: string, name: string): string | undefined {
  const value = new RegExp(`\\b${name}="([^"]*)"`).exec(tag)?.[1];
  return value?.replace(/&#(\d+);/g, (_, code: string) => String.fromCharCode(Number(code))).replaceAll("&amp;", "&");
}
