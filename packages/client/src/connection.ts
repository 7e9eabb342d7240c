import type { SessionEndReason, UserSnapshot } from "@countersign/contract";

import { createArrivals } from "./arrivals.ts";
import { createBackoff } from "./backoff.ts";
import { planAfterClose } from "./close-plan.ts";
import { type ConnectionState, describeConnection } from "./connection-state.ts";
import { closeLine, type Line, openLine } from "./line.ts";
import { SessionSocket, type SocketOwner, type SocketTiming } from "./session-socket.ts";
import { createStore, type ReadableStore } from "./store.ts";
import type { SendOperation } from "./terminating-link.ts";
import { createTurn } from "./turn.ts";

export interface ConnectionTiming extends SocketTiming {
  /** How long a server may take to answer after sleep, a network change, or a return to the tab. */
  readonly probeMs: number;
  /** Over how long the clients of a server that is lost spread their first tries. */
  readonly spreadMs: number;
  /** A socket that lived this long was of use: the count of failures begins anew. */
  readonly stableMs: number;
  /** How often to try while the browser says it is offline; it may be wrong. */
  readonly offlineRetryMs: number;
}

export interface ConnectionOptions {
  readonly url: string;
  readonly WebSocket: typeof WebSocket | undefined;
  readonly random: () => number;
  readonly isOnline: () => boolean;
  readonly timing: ConnectionTiming;
  /** The first connection is about to be made. */
  readonly onStart: () => void;
  /** Resolves when no call that may change the cookie is on its way: a socket opened before would carry the old one. */
  readonly whenCookieSettled: () => Promise<void>;
  /** Is someone shown as signed in, so that a new socket must say that it is theirs before anything is sent on it? */
  readonly mustIdentify: () => boolean;
  /** Has the session a successor, whose cookie may not have arrived yet? */
  readonly expectsUser: () => boolean;
  /** A snapshot came. It may answer by replacing the connection. */
  readonly onSnapshot: (snapshot: UserSnapshot) => void;
  /** The server ended the session. False when the identity is about to be read again anyway. */
  readonly onSessionEnded: (reason: SessionEndReason) => boolean;
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
  readonly request: SendOperation;
  /** Moves to a socket that carries the present cookie, losing no call; resolves when it has said whose it is. */
  readonly handOver: () => Promise<void>;
  /** Drops the line with everything on it and opens another; resolves when that has said whose it is. */
  readonly replace: (haste: "now" | "spread") => Promise<void>;
  /** Something has changed around the page: see whether the server is there, and try now if it is time to. */
  readonly look: () => void;
  /** The next socket's word on who is there is taken, also when it says nobody. */
  readonly believe: () => void;
  /** The person asks to try now. */
  readonly retry: () => void;
  readonly close: () => void;
}

/** How often a socket that knows nobody is taken for one whose cookie is late. */
const mostDoubts = 3;

/**
 * One WebSocket to the server, kept up: opened, watched, moved and replaced. tRPC's client does the calls; when to
 * connect, what a close code means and whose socket it is are decided here.
 */
export function createConnection(options: ConnectionOptions): Connection {
  const { timing } = options;
  const state = createStore<ConnectionState>({ state: "connecting", attempt: 0, retryAt: null });
  const backoff = createBackoff(options.random, timing.spreadMs);
  const turn = createTurn();
  const usableListeners = new Set<(usability: Usability) => void>();
  const arrivals = createArrivals();
  let line: Line | null = null;
  let serial = 0;
  let doubts = 0;
  let retryAt: number | null = null;
  let ending: "refused" | "closed" | null = null;
  let hasStarted = false;

  function start() {
    if (line || ending) return;
    if (!hasStarted) options.onStart();
    hasStarted = true;
    line = openLine({ ...options, nextUrl, ownerOf });
  }

  /** tRPC's client asks for the address once per try: the place to wait, and to end what is not wanted any more. */
  async function nextUrl(own: Line): Promise<string> {
    await options.whenCookieSettled();
    const delayMs = backoff.takeDelayMs();
    if (line === own && delayMs > 0) await waitForTurn(own, options.isOnline() ? delayMs : timing.offlineRetryMs);
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

  function ownerOf(own: Line): SocketOwner {
    return {
      created(socket) {
        if (line !== own) return socket.discard();
        arrivals.announce();
        own.newest = socket;
      },
      opened(socket) {
        if (line !== own) return;
        if (options.mustIdentify()) socket.hold();
        else tellUsable();
      },
      identified: (socket, snapshot) => line === own && identified(own, socket, snapshot),
      keeps: (socket) => line === own && socket === own.present && socket !== own.newest,
      closed: (socket, code, reason) => line === own && closed(own, socket, code, reason),
      report: options.report,
    };
  }

  function identified(own: Line, socket: SessionSocket, snapshot: UserSnapshot) {
    // After its successor has said whose it is, a replaced socket only answers its calls.
    if (socket !== own.newest && own.newest?.isIdentified) return;
    if (isDoubtful(own, socket, snapshot)) {
      doubts += 1;
      return socket.abandon("The cookie has not arrived yet.");
    }

    options.onSnapshot(snapshot);
    if (line !== own || socket.isIdentified) return;

    serial += 1;
    doubts = 0;
    const previous = own.present;
    own.present = socket;
    own.identifiedAt = performance.now();
    socket.release();
    previous?.letGo();
    publish();
    tellUsable();
    arrivals.arrive();
  }

  /**
   * A socket that knows nobody, beside one that is still open and knows the user: then the session lives, and it is the
   * new cookie that is not there yet. The server's notice of a rotation is faster than the answer that carries it.
   */
  function isDoubtful(own: Line, socket: SessionSocket, snapshot: UserSnapshot): boolean {
    if (snapshot.isAuthenticated || socket.isIdentified || doubts >= mostDoubts) return false;
    return options.expectsUser() || (own.present?.isOpen === true && options.mustIdentify());
  }

  function closed(own: Line, socket: SessionSocket, code: number, reason: string) {
    // One that was handed over before has nothing to say about the session.
    if (socket !== own.newest && socket !== own.present) return;

    const plan = planAfterClose(code, reason);
    const wasStable = socket.isIdentified && performance.now() - own.identifiedAt >= timing.stableMs;
    // Who was known here was of use; who is sent away before that may be met with it again and again.
    const haste = plan.action === "reconnect" ? plan.haste : socket.isIdentified ? "sent" : "soon";
    backoff.fail(haste, wasStable);
    if (own.present === socket) own.present = null;
    if (own.newest === socket) own.newest = own.present;
    own.present?.stay();
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
    const done = arrivals.next();
    const newest = line?.newest;
    if (turn.isWaiting) turn.end();
    else backoff.hurry();
    // One on its way was asked for with the cookie of before.
    if (newest?.readyState === SessionSocket.CONNECTING) newest.abandon("The session changed.");
    else if (newest?.isOpen) newest.handOver();
    return done;
  }

  function replace(haste: "now" | "spread"): Promise<void> {
    const done = arrivals.next();
    dropLine();
    if (ending === "refused") ending = null;
    if (haste === "now") backoff.hurry();
    start();
    publish();
    return done;
  }

  function dropLine() {
    const old = line;
    line = null;
    retryAt = null;
    turn.end();
    if (old) closeLine(old);
  }

  function leave(why: "refused" | "closed") {
    ending = why;
    dropLine();
    publish();
    options.onLeft(why);
    tellUsable();
  }

  function publish() {
    const facts = {
      hasLeft: ending !== null,
      isOpen: line?.present?.isOpen === true,
      isOnline: options.isOnline(),
      hasBeenOpen: serial > 0,
      failures: backoff.failures,
      retryAt,
    };
    state.set(describeConnection(facts, state.get()));
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
    look() {
      if (options.isOnline() && backoff.canHurry) turn.end();
      line?.present?.probe(timing.probeMs);
      publish();
    },
    believe() {
      doubts = mostDoubts;
    },
    retry() {
      if (ending === "closed") return;
      ending = null;
      if (line) turn.end();
      else start();
      publish();
    },
    close: () => leave("closed"),
  };
}
