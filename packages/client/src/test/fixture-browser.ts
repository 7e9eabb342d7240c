import { createTRPCClient } from "@trpc/client";

import {
  type ConnectionState,
  createSessionClient,
  type PageListeners,
  type ReadableStore,
  type SessionClient,
  type SessionClientOptions,
} from "../index.ts";

import type { FixtureRouter } from "./fixture-router.ts";
import type { FixtureServer } from "./fixture-server.ts";

/** A browser: the cookie its tabs share. */
export class FixtureBrowser {
  cookie = "";
  /** How long an answer, with its cookie, is on its way. */
  answerDelayMs = 0;
  readonly #server: FixtureServer;
  readonly #name: string;

  constructor(server: FixtureServer) {
    this.#server = server;
    this.#name = `tabs ${server.url}`;
  }

  /** Has the cookie of a session, as if it had signed in before. */
  signIn(username: string): this {
    this.cookie = `session=${this.#server.state.signIn(username, null)}`;
    return this;
  }

  openTab(options: SessionClientOptions & { readonly hasChannel?: boolean } = {}): FixtureTab {
    const { hasChannel = true, timing, ...own } = options;
    const page = new FixturePage();
    const reports: string[] = [];
    const client = createSessionClient({
      url: this.#server.url,
      WebSocket: this.#webSocketClass(),
      fetch: this.fetch,
      channel: hasChannel ? new BroadcastChannel(this.#name) : null,
      page,
      // The first wait is a tenth of a second, so that tests are quick; a test of the spread brings its own chance.
      random: () => 0.1,
      timing: { spreadMs: 1_000, ...timing },
      onReport: (problem) => reports.push(problem),
      ...own,
    });
    return new FixtureTab(client, page, reports);
  }

  readonly fetch: typeof fetch = async (input, init) => {
    const headers = new Headers(init?.headers);
    if (this.cookie) headers.set("cookie", this.cookie);
    const response = await fetch(input, { ...init, headers });
    if (this.answerDelayMs > 0) await new Promise((resolve) => setTimeout(resolve, this.answerDelayMs));
    for (const cookie of response.headers.getSetCookie()) this.cookie = cookie.split(";", 1)[0] ?? "";
    return response;
  };

  #webSocketClass(): typeof WebSocket {
    const readCookie = () => this.cookie;
    return class extends WebSocket {
      constructor(url: string | URL) {
        // Node's WebSocket takes headers where the DOM's takes protocols; a browser sends the cookie by itself.
        super(url, { headers: { cookie: readCookie() } } as unknown as string[]);
      }
    };
  }
}

/** The page's signals, given by hand. */
export class FixturePage {
  online = true;
  visible = true;
  listeners: PageListeners | null = null;
  isOnline = () => this.online;
  isVisible = () => this.visible;
  watch = (listeners: PageListeners) => {
    this.listeners = listeners;
    return () => (this.listeners = null);
  };
}

/** One tab: a session client, the app's typed client on its links, and what it reported. */
export class FixtureTab implements Disposable {
  readonly client: SessionClient;
  readonly page: FixturePage;
  readonly reports: string[];
  readonly rpc;

  constructor(client: SessionClient, page: FixturePage, reports: string[]) {
    this.client = client;
    this.page = page;
    this.reports = reports;
    this.rpc = createTRPCClient<FixtureRouter>({ links: client.links() });
  }

  /** Who is shown: a username, `nobody`, or `loading`. */
  get shown(): string {
    const state = this.client.snapshot.get();
    if (state.status === "loading") return "loading";
    return state.user.isAuthenticated ? state.user.username : "nobody";
  }

  /** Waits until this is shown. */
  shows(name: string): Promise<void> {
    return until(this.client.snapshot, () => this.shown === name);
  }

  is(state: ConnectionState["state"]): Promise<void> {
    return until(this.client.connection, (connection) => connection.state === state);
  }

  [Symbol.dispose](): void {
    this.client.close();
  }
}

/** Waits until a store holds what fits. */
export async function until<Value>(store: ReadableStore<Value>, fits: (value: Value) => boolean): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const look = () => fits(store.get()) && resolve();
  const stop = store.subscribe(look);
  const timer = setTimeout(() => reject(new Error(`It stayed ${JSON.stringify(store.get())}.`)), 4_000);
  look();
  await promise.finally(() => {
    stop();
    clearTimeout(timer);
  });
}
