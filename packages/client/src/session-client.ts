import { httpLink, type HTTPLinkOptions, type TRPCLink, TRPCUntypedClient } from "@trpc/client";
import type { AnyRouter } from "@trpc/server";

import { httpProcedures, rpcPath } from "@countersign/contract";

import { type AccountCalls, type AuthCalls, createLibraryCalls } from "./account-calls.ts";
import type { CallFailureKind } from "./call-failure.ts";
import type { ConnectionState } from "./connection-state.ts";
import { createConnection } from "./connection.ts";
import { createFileCalls, type FileCalls } from "./files/file-calls.ts";
import { createIdentity, type IdentityChange, type SnapshotState } from "./identity.ts";
import { createNotices, type Notices } from "./notices.ts";
import { resolveOptions, type SessionClientOptions } from "./options.ts";
import { createSessionData, type SessionDataClient } from "./session-data.ts";
import { createSessionLink } from "./session-link.ts";
import type { ReadableStore } from "./store.ts";
import { joinTabs, type Tabs } from "./tabs.ts";
import { openLink } from "./terminating-link.ts";

/** The browser's end of a live session. */
export interface SessionClient {
  /** Who is signed in, as it changes. For showing: the server asks on every call anyway. */
  readonly snapshot: ReadableStore<SnapshotState>;
  readonly connection: ReadableStore<ConnectionState>;
  readonly auth: AuthCalls;
  readonly account: AccountCalls;
  /** Sends a file over HTTP, with its progress: see `FileCalls`. */
  readonly uploadFile: FileCalls["uploadFile"];
  readonly fileUrl: FileCalls["fileUrl"];
  /** What is kept with the session, or for the visitor: live, and set from here. */
  readonly data: SessionDataClient;
  /** Hears of short messages for the person, each once per browser. What it returns stops that. */
  readonly onNotice: Notices["onNotice"];
  /** The links for `createTRPCClient` and `api.createClient`, for any router. They end the chain. */
  readonly links: <Router extends AnyRouter>() => TRPCLink<Router>[];
  /** Hears when what was read may belong to someone else now. What it returns stops that. */
  readonly onIdentityChange: (listener: (change: IdentityChange) => void) => () => void;
  /**
   * Who asks the person to confirm their password when a mutation was refused with REAUTH. Told `true`, the client makes
   * the call again, once; told `false`, the refusal stands. The newest one is asked. What it returns stops that.
   */
  readonly onReauth: (ask: () => Promise<boolean>) => () => void;
  /**
   * Tells the other tabs of this browser that a page was loaded whose cookie is a new one, as after a visit to an identity
   * provider: no call of theirs, and no answer to one, would say so. They move over, and learn who is there from the server.
   */
  readonly tellSignedIn: () => void;
  /** Connects now. Otherwise the first call or the first listener of a store does. */
  readonly connect: () => void;
  /** Tries now instead of waiting for the next turn; also after the server refused this client. */
  readonly retry: () => void;
  /** Ends the client for good: calls on their way fail, stores stand still. */
  readonly close: () => void;
  [Symbol.dispose](): void;
}

/**
 * Makes the browser's end of a live session: one socket for calls and pushes, HTTP for what sets the cookie, the
 * snapshot of who is signed in, and one auth epoch: what was asked as one user never reaches the page of another.
 * Nothing about the user is written to storage. Making one opens no connection yet.
 */
export function createSessionClient(options: SessionClientOptions = {}): SessionClient {
  const settings = resolveOptions(options);
  const drops = new Set<(kind: CallFailureKind) => void>();
  const askers: Array<() => Promise<boolean>> = [];
  let tabs: Tabs | null = null;
  let stopWatching: (() => void) | null = null;

  const identity = createIdentity({
    dropCalls: () => dropCalls("identity-changed"),
    handOver: () => connection.handOver(),
    reconnect: (haste) => connection.replace(haste),
    tellTabs: (change) => tabs?.tell(change),
    settleMs: settings.settleMs,
    report: settings.report,
  });

  const connection = createConnection({
    ...settings,
    url: `${settings.url.replace(/^http/, "ws")}${rpcPath}`,
    isOnline: () => settings.page.isOnline(),
    onStart() {
      tabs = joinTabs(settings.openChannel(), identity.told);
      stopWatching = watchPage();
    },
    whenCookieSettled: identity.whenSettled,
    mustIdentify: () => identity.isKnown,
    expectsUser: () => identity.isAwaited,
    onSnapshot: identity.accept,
    onSessionEnded: identity.end,
    onLeft: dropCalls,
  });

  const link = createSessionLink({
    connection,
    identity,
    sendOverHttp: openLink(
      // tRPC types its `signal` a little wider than the DOM does.
      httpLink({
        url: `${settings.url}${rpcPath}`,
        fetch: settings.fetch as NonNullable<HTTPLinkOptions<AnyRouter["_def"]["_config"]["$types"]>["fetch"]>,
      }),
    ),
    httpPaths: new Set([...httpProcedures, ...settings.httpPaths]),
    drops,
    deadlineMs: settings.callDeadlineMs,
    redirect: settings.redirect,
    notice: (notice) => notices.tell(notice),
    reauthenticate: async () => (await askers.at(-1)?.()) ?? false,
  });

  function watchPage() {
    const { look } = connection;
    return settings.page.watch({
      online: look,
      offline: look,
      shown() {
        look();
        notices.shown();
      },
      woke: look,
      restored() {
        // The cookie may have changed while the page was away: nobody is shown until a new socket has said who is there.
        identity.hide();
        connection.believe();
        void connection.handOver();
      },
    });
  }

  function dropCalls(kind: CallFailureKind) {
    // A call made while one of these is told belongs to the time after.
    const present = [...drops];
    for (const drop of present) drop(kind);
  }

  function onReauth(ask: () => Promise<boolean>) {
    const asker = () => ask();
    askers.push(asker);
    return () => void askers.splice(askers.indexOf(asker), 1);
  }

  const files = createFileCalls({
    url: settings.url,
    XMLHttpRequest: () => new settings.XMLHttpRequest(),
    fetch: settings.fetch,
    connection,
    drops,
    stallMs: settings.transferStallMs,
  });

  const untyped = new TRPCUntypedClient({ links: [link] });
  const snapshot = connectOnWatch(identity.snapshot, connection.start);
  const watched = { snapshot, onIdentityChange: identity.onChange };
  const notices = createNotices(untyped, watched, settings);

  function close() {
    notices.close();
    connection.close();
    tabs?.close();
    stopWatching?.();
  }

  return {
    snapshot,
    connection: connectOnWatch(connection.state, connection.start),
    ...createLibraryCalls(untyped),
    ...files,
    data: createSessionData(untyped, watched, settings),
    onNotice: notices.onNotice,
    // The link reads no types of the router.
    links: <Router extends AnyRouter>() => [link as TRPCLink<Router>],
    onIdentityChange: identity.onChange,
    onReauth,
    tellSignedIn() {
      connection.start();
      tabs?.tell("signed-in");
    },
    connect: connection.start,
    retry: connection.retry,
    close,
    [Symbol.dispose]: close,
  };
}

/** A page that watches wants to see: on a server that only reads once, no socket is opened. */
function connectOnWatch<Value>(store: ReadableStore<Value>, connect: () => void): ReadableStore<Value> {
  return {
    get: store.get,
    subscribe(listener) {
      const stop = store.subscribe(listener);
      connect();
      return stop;
    },
  };
}
