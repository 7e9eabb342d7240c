const lookEveryMs = 5_000;
const sleepIsOverMs = 10_000;

/** What a page notices that bears on its connection. */
export interface PageListeners {
  readonly online: () => void;
  readonly offline: () => void;
  /** The tab is in front again. */
  readonly shown: () => void;
  /** The page came back from the browser's back/forward cache as it was when it was left. */
  readonly restored: () => void;
  /** The machine slept. */
  readonly woke: () => void;
}

/** The page around the client; in tests and outside of a browser another one may be given. */
export interface PageSignals {
  readonly isOnline: () => boolean;
  /** Can the person see the page? */
  readonly isVisible: () => boolean;
  /** Starts listening; what it returns stops that. */
  readonly watch: (listeners: PageListeners) => () => void;
}

/** The signals of the browser's page; where there is none, only sleep is noticed. */
export const browserPage: PageSignals = {
  isOnline: () => globalThis.navigator?.onLine ?? true,
  isVisible: () => typeof document === "undefined" || document.visibilityState === "visible",
  watch(listeners) {
    const stop = new AbortController();
    const options = { signal: stop.signal };
    const page = typeof document === "undefined" ? null : document;
    const window = typeof globalThis.addEventListener === "function" ? globalThis : null;
    window?.addEventListener("online", () => listeners.online(), options);
    window?.addEventListener("offline", () => listeners.offline(), options);
    window?.addEventListener("pageshow", (event) => event.persisted && listeners.restored(), options);
    page?.addEventListener("visibilitychange", () => page.visibilityState === "visible" && listeners.shown(), options);
    const stopLooking = watchSleep(() => listeners.woke());

    return () => {
      stop.abort();
      stopLooking();
    };
  },
};

/** Timers stand still while a machine sleeps and the clock does not: a tick that comes far too late was slept through. */
function watchSleep(onWake: () => void): () => void {
  let lookedAt = Date.now();
  const timer = setInterval(() => {
    const sleptMs = Date.now() - lookedAt - lookEveryMs;
    lookedAt = Date.now();
    if (sleptMs > sleepIsOverMs) onWake();
  }, lookEveryMs);
  return () => clearInterval(timer);
}
