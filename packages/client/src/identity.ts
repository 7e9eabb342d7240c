import {
  anonymous,
  type SessionChange,
  type SessionEndReason,
  SignedInSnapshot,
  type UserSnapshot,
} from "@countersign/contract";

import { callListener, createStore, type ReadableStore } from "./store.ts";

/** Who the page may show as signed in. `endReason` says why the last session ended, until the next one begins. */
export type SnapshotState =
  | { readonly status: "loading" }
  | { readonly status: "ready"; readonly user: UserSnapshot; readonly endReason: SessionEndReason | null };

/**
 * `signed-in`: a visitor became a user; what was read before may look different now. `switched` and `ended`: what was read
 * belongs to someone else; drop it. `epoch` counts the latter two.
 */
export interface IdentityChange {
  readonly type: "signed-in" | "switched" | "ended";
  readonly epoch: number;
  /** Of a sign-in: was it a call of this client? Else it was made in another tab. The end of a session may be told either way. */
  readonly isOwn: boolean;
}

export interface IdentityOptions {
  /** Fails every call made so far, and lets no answer of theirs through. */
  readonly dropCalls: () => void;
  readonly handOver: () => Promise<void>;
  readonly reconnect: (haste: "now" | "spread") => Promise<void>;
  readonly tellTabs: (change: SessionChange) => void;
  /** How long an answer is kept back for the snapshot that belongs to it. */
  readonly settleMs: number;
  readonly report: (problem: string, detail: unknown) => void;
}

export interface Identity {
  readonly snapshot: ReadableStore<SnapshotState>;
  readonly epoch: number;
  /** Is someone known to be signed in? */
  readonly isKnown: boolean;
  /** Has the last session a successor, of which nothing has been heard yet? */
  readonly isAwaited: boolean;
  readonly onChange: (listener: (change: IdentityChange) => void) => () => void;
  /** A snapshot came over the socket. */
  readonly accept: (frame: UserSnapshot) => void;
  /** The server closed the session. False when who is signed in is about to be read anyway. */
  readonly end: (reason: SessionEndReason) => boolean;
  /** An HTTP answer changed the session; resolves when the page shows what it says. */
  readonly answered: (change: SessionChange, answer: unknown, askedInEpoch: number) => Promise<void>;
  /** Another tab says that the session changed. */
  readonly told: (change: SessionChange) => void;
  /** A call that may change the cookie is on its way, until the returned function is called. */
  readonly changing: () => () => void;
  /** Resolves when no such call is on its way. */
  readonly whenSettled: () => Promise<void>;
  /** Shows nobody until the server has said again who is there. */
  readonly hide: () => void;
}

const loading: SnapshotState = { status: "loading" };

/** Who is signed in, as far as this page knows, and the one auth epoch in which its calls are made. */
export function createIdentity(options: IdentityOptions): Identity {
  const snapshot = createStore<SnapshotState>(loading);
  const listeners = new Set<(change: IdentityChange) => void>();
  const changes = new Set<Promise<void>>();
  let epoch = 0;
  let known: UserSnapshot | null = null;
  let handOvers = 0;
  let isAwaited = false;
  // Answers of own calls that the page does not show yet.
  let ownAnswers = 0;

  function accept(frame: UserSnapshot) {
    if (!known?.isAuthenticated) return adopt(frame);
    if (!frame.isAuthenticated) return void drop("ended", ready(anonymous, null), "now");
    if (frame.id !== known.id) return void drop("switched", ready(frame, null), "now");
    // Within one session the newer one is shown; a slower replica may still send an older one.
    const isOlder = frame.sessionId === known.sessionId && frame.version < known.version;
    show(isOlder ? known : frame);
  }

  /** Takes over what came for a visitor, or for nobody yet. */
  function adopt(frame: UserSnapshot) {
    const hasSignedIn = known !== null && frame.isAuthenticated;
    show(frame);
    if (hasSignedIn) tell("signed-in");
  }

  function show(user: UserSnapshot) {
    known = user;
    isAwaited = false;
    const last = snapshot.get();
    if (last.status === "ready" && isEqual(last.user, user)) return;
    const endReason = last.status === "ready" && !user.isAuthenticated ? last.endReason : null;
    snapshot.set(ready(user, endReason));
  }

  /** Everything up to now belongs to someone else: a new epoch. Resolves when the server has said who is there. */
  function drop(type: "switched" | "ended", next: SnapshotState, haste: "now" | "spread"): Promise<void> {
    epoch += 1;
    isAwaited = false;
    known = next.status === "ready" ? next.user : null;
    options.dropCalls();
    const reconnected = options.reconnect(haste);
    snapshot.set(next);
    tell(type);
    return reconnected;
  }

  function tell(type: IdentityChange["type"]) {
    const present = [...listeners];
    for (const listener of present) callListener(() => listener({ type, epoch, isOwn: ownAnswers > 0 }));
  }

  function end(reason: SessionEndReason): boolean {
    if (reason === "replaced" && (changes.size > 0 || handOvers > 0)) return false;
    // A replaced session has a successor, which the cookie jar may hold by now: nobody is shown until that is known.
    if (reason === "replaced") void drop("switched", loading, "spread");
    else void drop("ended", ready(anonymous, reason), "spread");
    isAwaited = reason === "replaced";
    return true;
  }

  async function answered(change: SessionChange, answer: unknown, askedInEpoch: number) {
    options.tellTabs(change);
    ownAnswers += 1;
    try {
      await showAnswer(change, answer, askedInEpoch);
    } finally {
      ownAnswers -= 1;
    }
  }

  async function showAnswer(change: SessionChange, answer: unknown, askedInEpoch: number) {
    if (change === "signed-out") {
      // The server may have closed the socket before it answered; then all is done.
      if (epoch === askedInEpoch) signOut();
      return;
    }

    const arrived = await isDoneWithin(options.settleMs, follow(change));
    const user = readUser(answer);
    if (!user) return;
    if (!arrived) return adoptAnswer(user);
    if (known?.isAuthenticated) return;
    options.report(
      "Signed in, but the socket is anonymous: the cookie was not kept. Serve the page over HTTPS.",
      change,
    );
  }

  function follow(change: Exclude<SessionChange, "signed-out">): Promise<void> {
    return change === "switched" ? drop("switched", loading, "now") : handOver();
  }

  async function handOver() {
    handOvers += 1;
    try {
      await options.handOver();
    } finally {
      handOvers -= 1;
    }
  }

  /** The socket is late: what the answer said is shown until it says more. */
  function adoptAnswer(user: SignedInSnapshot) {
    if (!known?.isAuthenticated) adopt(user);
    else if (known.id !== user.id) void drop("switched", ready(user, null), "now");
  }

  function signOut() {
    void drop("ended", ready(anonymous, "signed_out"), "now");
  }

  return {
    snapshot,
    get epoch() {
      return epoch;
    },
    get isKnown() {
      return known?.isAuthenticated === true;
    },
    get isAwaited() {
      return isAwaited;
    },
    onChange(listener) {
      const entry = (change: IdentityChange) => listener(change);
      listeners.add(entry);
      return () => listeners.delete(entry);
    },
    accept,
    end,
    answered,
    told(change) {
      if (change !== "signed-out") void follow(change);
      else if (known?.isAuthenticated !== false) signOut();
    },
    changing() {
      const { promise, resolve } = Promise.withResolvers<void>();
      changes.add(promise);
      return () => {
        changes.delete(promise);
        resolve();
      };
    },
    async whenSettled() {
      while (changes.size > 0) await Promise.all(changes);
    },
    hide() {
      snapshot.set(loading);
    },
  };
}

function ready(user: UserSnapshot, endReason: SessionEndReason | null): SnapshotState {
  return { status: "ready", user, endReason };
}

async function isDoneWithin(milliseconds: number, work: Promise<void>): Promise<boolean> {
  let timer: ReturnType<typeof setTimeout> | null = null;
  const late = new Promise<false>((resolve) => {
    timer = setTimeout(() => resolve(false), milliseconds);
  });
  const isDone = await Promise.race([work.then(() => true), late]);
  if (timer) clearTimeout(timer);
  return isDone;
}

function readUser(answer: unknown): SignedInSnapshot | null {
  if (typeof answer !== "object" || answer === null || !("user" in answer)) return null;
  const user = SignedInSnapshot.safeParse(answer.user);
  return user.success ? user.data : null;
}

/** Both were parsed by one schema, so their keys are in one order. */
function isEqual(one: UserSnapshot, other: UserSnapshot): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}
