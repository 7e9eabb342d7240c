import { type Landing, openPlainBrowser, type PlainBrowser } from "./plain-browser.ts";
import type { IdentityProvider } from "./start-identity-provider.ts";

export interface SignInWithOptions {
  /** Where the app is. */
  readonly app: string;
  /** What the app calls the provider; `oidc`. */
  readonly as?: string;
  /** What else `auth.oidc.start` is to be told: `returnTo`, `remember`, `purpose`. */
  readonly start?: Readonly<Record<string, unknown>>;
  /** One that has cookies already. A new one, when it is left out. */
  readonly browser?: PlainBrowser;
}

export interface SignedInWith {
  readonly browser: PlainBrowser;
  /** Where the app has sent the browser in the end. */
  readonly landing: Landing;
  /** The `Cookie` header for the app: for `app.open(cookie)` and `app.http(path, { cookie })`. */
  readonly cookie: string;
}

/**
 * Signs somebody in to an app through the provider, over HTTP: starts, signs in at the provider, and lets the app take the answer.
 *
 *     await using provider = await startIdentityProvider({ users: [{ name: "ann" }] });
 *     const { cookie } = await signInWith(provider, "ann", { app: app.url });
 *     await using socket = await app.open(cookie);
 *
 * Where the app sends the browser is told, not judged: look at `landing.url`. In a real browser: click the provider's button on
 * the app's sign-in page, then the button with the user's name.
 */
export async function signInWith(
  provider: Pick<IdentityProvider, "issuer">,
  userName: string,
  { app, as = "oidc", start = {}, browser = openPlainBrowser() }: SignInWithOptions,
): Promise<SignedInWith> {
  const { url } = readUrl(await browser.mutate(app, "auth.oidc.start", { provider: as, purpose: "sign-in", ...start }));
  const callback = await signInAtProvider(provider, userName, { url, browser });
  const landing = await browser.visit(callback);
  return { browser, landing, cookie: browser.cookie(app) ?? "" };
}

/**
 * Goes to the provider with the URL that the app made and signs somebody in there. Returns the address the provider sends the
 * browser back to, without going there.
 *
 * Whoever is signed in at the provider in this browser is not asked again, unless the app demands it: `browser.forget(issuer)`
 * before, to sign in as somebody else.
 */
export async function signInAtProvider(
  { issuer }: Pick<IdentityProvider, "issuer">,
  userName: string,
  { url, browser = openPlainBrowser() }: { readonly url: string; readonly browser?: PlainBrowser },
): Promise<string> {
  const until = (next: string) => new URL(next).origin !== new URL(issuer).origin;
  let page = await browser.visit(url, { until });
  if (until(page.url)) return page.url;

  if (page.status !== 200) throw new Error(`The provider refused: ${page.status} at ${page.url}\n${page.body}`);
  page = await browser.submit(page, { login: userName }, { until });
  // Somebody else was signed in there: the page that ends their session sends itself in a browser.
  while (page.status === 200 && page.body.includes("document.forms[0].submit()")) {
    page = await browser.submit(page, {}, { until });
  }
  if (!until(page.url)) throw new Error(`The provider did not let ${userName} in: ${page.status}\n${page.body}`);
  return page.url;
}

function readUrl(answer: unknown): { url: string } {
  if (typeof answer !== "object" || answer === null || !("url" in answer) || typeof answer.url !== "string") {
    throw new Error(`auth.oidc.start answered no url: ${JSON.stringify(answer)}`);
  }
  return { url: answer.url };
}
