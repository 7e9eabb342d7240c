import { createWSClient, type TRPCWebSocketClient, wsLink } from "@trpc/client";

import type { SessionEndReason, UserSnapshot } from "@countersign/contract";

import { createBackoff } from "./backoff.ts";
import { planAfterClose } from "./close-plan.ts";
import type { PageSignals } from "./page-signals.ts";
import { SessionSocket, type SocketOwner, type SocketTiming } from "./session-socket.ts";
import { createStore, type ReadableStore } from "./store.ts";
import { openLink, type SendOperation } from "./terminating-link.ts";
import { createTurn } from "./turn.ts";

/**
 * How the socket is. `open` means that the server has said whose it is, not only that bytes can flow. `attempt` counts
 * the tries that failed in a row; `retryAt` (milliseconds since 1970) is when the next one is due, null when one is
 * running. `refused`: the server sent this client away, and it stays away until `retry` is called.
 */
export interface ConnectionState {
  readonly state: "connecting" | "open" | "reconnecting" | "offline" | "refused";
  readonly attempt: number;
  readonly retryAt: number | null;
}

export interface ConnectionTiming extends SocketTiming {
  /** How long a server may take to answer after sleep, a network change, or a return to the tab. */
  readonly probeMs: number;
  /** A socket that lived this long was of use: the count of failures begins anew. */
  readonly stableMs: number;
  /** How often to try while the browser says it is offline; it may be wrong. */
  readonly offlineRetryMs: number;
}

export interface ConnectionOptions {
  readonly url: string;
  readonly WebSocket: typeof WebSocket;
  readonly random: () => number;
  readonly page: PageSignals;
  readonly timing: ConnectionTiming;
  /** The first connection is about to be made. */
  readonly onStart: () => void;
  /** Resolves when no call that may change the cookie is on its way: a socket opened before would carry the old one. */
  readonly whenCookieSettled: () => Promise<void>;
  /** Is someone shown as signed in, so that a new socket must say that it is theirs before anything is sent on it? */
  readonly mustIdentify: () => boolean;
  /** A snapshot came. It may answer by replacing the connection. */
  readonly onSnapshot: (snapshot: UserSnapshot) => void;
  /** The server ended the session. False when the identity is about to be read again anyway. */
  readonly onSessionEnded: (reason: SessionEndReason) => boolean;
  readonly onRestored: () => void;
  /** No call will be answered any more. */
  readonly onLeft: (why: "refused" | "closed") => void;
  readonly report: (problem: string, detail: unknown) => void;
}

export type Usability = "usable" | "refused" | "closed";

export interface Connection {
  readonly state: ReadableStore<ConnectionState>;
  /** Counts the sockets that said whose they are. */
  readonly serial: number;
  /** Connects, if it has not been done. */
  readonly start: () => void;
  /** Calls back once calls can be sent, or never will be. */
  readonly onceUsable: (listener: (usability: Usability) => void) => () => void;
  /** Sends a call on the present line; only after `onceUsable` said so. */
  request: SendOperation;
  /** Moves to a socket that carries the present cookie, losing no call; resolves when it has said whose it is. */
  readonly handOver: () => Promise<void>;
  /** Drops the line with everything on it and opens another; resolves when that has said whose it is. */
  readonly replace: (haste: "now" | "spread") => Promise<void>;
  /** The person asks to try now. */
  readonly retry: () => void;
  readonly close: () => void;
}

/** tRPC's client of one auth epoch, and its sockets: the newest may still be on its way to replace the present one. */
interface Line {
  readonly client: TRPCWebSocketClient;
  readonly request: SendOperation;
  present: SessionSocket | null;
  newest: SessionSocket | null;
  identifiedAt: number;
}

/**
 * One WebSocket to the server, kept up: opened, watched, moved and replaced. tRPC's client does the calls; when to
 * connect, what a close code means and whose socket it is are decided here.
 */
export function createConnection(options: ConnectionOptions): Connection {
  const { page, timing } = options;
  const state = createStore<ConnectionState>({ state: "connecting", attempt: 0, retryAt: null });
  const backoff = createBackoff(options.random);
  const turn = createTurn();
  const usableListeners = new Set<(usability: Usability) => void>();
  const identifiedListeners = new Set<{ after: number; resolve: () => void }>();
  let line: Line | null = null;
  let socketCount = 0;
  let serial = 0;
  let retryAt: number | null = null;
  let ending: "refused" | "closed" | null = null;
  let stopWatching: (() => void) | null = null;

  function start() {
    if (line || ending) return;
    stopWatching ??= watchPage();
    line = openLine();
  }

  function watchPage() {
    options.onStart();
    return page.watch({
      online: lookNow,
      offline: lookNow,
      shown: lookNow,
      woke: lookNow,
      restored() {
        options.onRestored();
        // The cookie may have changed while the page was away: a new socket says who is there now.
        void handOver();
      },
    });
  }

  function openLine(): Line {
    const owner: SocketOwner = {
      created(socket) {
        if (line !== own) return socket.discard();
        socketCount += 1;
        own.newest = socket;
      },
      opened(socket) {
        if (line !== own) return;
        if (options.mustIdentify()) socket.hold();
        else tellUsable();
      },
      identified: (socket, snapshot) => identified(own, socket, snapshot),
      closed: (socket, code, reason) => closed(own, socket, code, reason),
      report: options.report,
    };
    const client = createWSClient({
      // Asked for at once, before there is a line to ask.
      url: () => Promise.resolve().then(() => nextUrl(own)),
      // It is given what it uses of a WebSocket, not all of one.
      WebSocket: socketClass(options, owner) as unknown as typeof WebSocket,
      // The waiting is done in `nextUrl`, where it can be cut short.
      retryDelayMs: () => 0,
    });
    const own: Line = { client, request: openLink(wsLink({ client })), present: null, newest: null, identifiedAt: 0 };
    return own;
  }

  /** tRPC's client asks for the address once per try: the place to wait, and to end what is not wanted any more. */
  async function nextUrl(own: Line): Promise<string> {
    await options.whenCookieSettled();
    const delayMs = backoff.takeDelayMs();
    if (line === own && delayMs > 0) await waitForTurn(own, page.isOnline() ? delayMs : timing.offlineRetryMs);
    await options.whenCookieSettled();
    // Never answered: a line that was replaced opens no socket, and nothing holds on to this promise.
    if (line !== own) return new Promise(() => {});

    return options.url;
  }

  async function waitForTurn(own: Line, delayMs: number) {
    retryAt = Date.now() + delayMs;
    publish();
    await turn.wait(delayMs);
    if (line !== own) return;
    retryAt = null;
    publish();
  }

  function identified(own: Line, socket: SessionSocket, snapshot: UserSnapshot) {
    if (line !== own) return;
    // After its successor has said whose it is, a replaced socket only answers its calls.
    if (socket !== own.newest && own.newest?.isIdentified) return;

    options.onSnapshot(snapshot);
    if (line !== own || socket.isIdentified) return;

    serial += 1;
    own.present = socket;
    own.identifiedAt = performance.now();
    socket.release();
    publish();
    tellUsable();
    for (const waiting of identifiedListeners) {
      if (waiting.after < socketCount) waiting.resolve();
    }
  }

  function closed(own: Line, socket: SessionSocket, code: number, reason: string) {
    if (line !== own) return;
    // One that was handed over before has nothing to say about the session.
    if (socket !== own.newest && socket !== own.present) return;

    const plan = planAfterClose(code, reason);
    const wasStable = socket.isIdentified && performance.now() - own.identifiedAt >= timing.stableMs;
    backoff.fail(plan.action === "reconnect" ? plan.haste : "soon", wasStable);
    if (own.present === socket) own.present = null;
    if (own.newest === socket) own.newest = own.present;
    if (plan.action === "stay-away") return leave("refused");
    if (plan.action === "end-session" && options.onSessionEnded(plan.reason)) return;
    publish();
  }

  function onceUsable(listener: (usability: Usability) => void): () => void {
    start();
    if (ending) listener(ending);
    else if (isUsable()) listener("usable");
    else usableListeners.add(listener);
    return () => usableListeners.delete(listener);
  }

  function isUsable() {
    const socket = line?.newest?.isOpen ? line.newest : line?.present;
    return socket?.isOpen === true && !socket.isHolding;
  }

  function tellUsable() {
    const listeners = [...usableListeners];
    usableListeners.clear();
    for (const listener of listeners) onceUsable(listener);
  }

  function handOver(): Promise<void> {
    if (ending === "refused") ending = null;
    start();
    const done = whenIdentified();
    const newest = line?.newest;
    if (turn.isWaiting) turn.end();
    else backoff.hurry();
    // One on its way was asked for with the cookie of before.
    if (newest?.readyState === SessionSocket.CONNECTING) newest.abandon("The session changed.");
    else if (newest?.isOpen) newest.handOver();
    return done;
  }

  function replace(haste: "now" | "spread"): Promise<void> {
    const done = whenIdentified();
    retire();
    if (ending === "refused") ending = null;
    if (haste === "now") backoff.hurry();
    start();
    publish();
    return done;
  }

  /** Resolves when a socket that is yet to be opened has said whose it is. */
  function whenIdentified(): Promise<void> {
    return new Promise((resolve) => {
      const waiting = {
        after: socketCount,
        resolve() {
          identifiedListeners.delete(waiting);
          resolve();
        },
      };
      identifiedListeners.add(waiting);
    });
  }

  function retire() {
    const old = line;
    line = null;
    turn.end();
    retryAt = null;
    if (!old) return;
    old.newest?.discard();
    old.present?.discard();
    // It waits for a socket that never comes, when it was asking for one; nobody waits for it.
    void old.client.close();
  }

  function leave(why: "refused" | "closed") {
    ending = why;
    retire();
    publish();
    options.onLeft(why);
    tellUsable();
  }

  function lookNow() {
    if (backoff.canHurry) turn.end();
    line?.present?.probe(timing.probeMs);
    publish();
  }

  function publish() {
    const now = describe();
    const isWell = now === "open";
    const next: ConnectionState = {
      state: now,
      attempt: isWell ? 0 : backoff.failures,
      retryAt: isWell ? null : retryAt,
    };
    const last = state.get();
    if (next.state === last.state && next.attempt === last.attempt && next.retryAt === last.retryAt) return;
    state.set(next);
  }

  function describe(): ConnectionState["state"] {
    if (ending) return "refused";
    if (line?.present?.isOpen) return "open";
    if (!page.isOnline()) return "offline";
    return serial === 0 && backoff.failures === 0 ? "connecting" : "reconnecting";
  }

  return {
    state,
    get serial() {
      return serial;
    },
    start,
    onceUsable,
    request(op) {
      if (!line) throw new Error("The connection is not open. Send calls only when `onceUsable` has said `usable`.");
      return line.request(op);
    },
    handOver,
    replace,
    retry() {
      if (ending === "closed") return;
      ending = null;
      if (line) turn.end();
      else start();
      publish();
    },
    close() {
      stopWatching?.();
      stopWatching = null;
      leave("closed");
    },
  };
}

/** tRPC's client calls `new` with an address and nothing else. */
function socketClass(options: ConnectionOptions, owner: SocketOwner) {
  return class extends SessionSocket {
    constructor(url: string) {
      super(new options.WebSocket(url), owner, options.timing);
    }
  };
}
