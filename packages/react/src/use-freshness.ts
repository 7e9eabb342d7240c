import { useCallback, useSyncExternalStore } from "react";

import { useSnapshot } from "./use-snapshot.ts";

/** May sensitive actions be done without confirming the password first? */
export interface Freshness {
  readonly isFresh: boolean;
  /** Until it ends; 0 when it has. For a countdown: it is counted by this machine's clock, and the server decides by its own. */
  readonly secondsLeft: number;
  readonly freshUntil: Date | null;
}

/** How long the last sign-in, or the last confirmed password, still counts as fresh; renders once a second until it ends. */
export function useFreshness(): Freshness {
  const freshUntil = useSnapshot((state) =>
    state.status === "ready" && state.user.isAuthenticated ? (state.user.freshUntil ?? null) : null,
  );
  const end = freshUntil === null ? 0 : Date.parse(freshUntil);
  const countDown = useCallback((onTick: () => void) => tickUntil(end, onTick), [end]);
  const readSecondsLeft = () => secondsUntil(end);
  const secondsLeft = useSyncExternalStore(countDown, readSecondsLeft, readSecondsLeft);

  return { isFresh: secondsLeft > 0, secondsLeft, freshUntil: freshUntil === null ? null : new Date(end) };
}

/** Calls back at each whole second before the end, and at the end. What it returns stops that. */
function tickUntil(end: number, onTick: () => void): () => void {
  let timer: ReturnType<typeof setTimeout> | null = null;

  function wait() {
    const left = secondsUntil(end);
    if (left > 0) timer = setTimeout(tick, end - Date.now() - (left - 1) * 1000);
  }

  function tick() {
    onTick();
    wait();
  }

  wait();
  return () => {
    if (timer) clearTimeout(timer);
  };
}

function secondsUntil(end: number): number {
  return Math.max(0, Math.ceil((end - Date.now()) / 1000));
}
