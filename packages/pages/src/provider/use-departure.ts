import { useCallback, useEffect, useMemo, useState } from "react";

/** How the browser leaves for another site, and whether it is on its way. */
export interface Departure {
  /**
   * Goes to a page of another site. `isOver`: what is here has ended, as after signing out, and nothing takes its place for
   * the moment until the browser is there.
   */
  readonly leave: (url: string, options?: { readonly isOver?: boolean }) => void;
  readonly isLeaving: boolean;
}

export interface DepartureState extends Departure {
  readonly isOver: boolean;
}

/** `go` leaves the app's page; the browser does when it is left out. */
export function useDeparture(go: (url: string) => void = goInBrowser): DepartureState {
  const [state, setState] = useState<"here" | "leaving" | "over">("here");

  // A page that comes back as it was left, by the browser's back button, is here again.
  useEffect(() => {
    const stop = new AbortController();
    window.addEventListener("pageshow", () => setState("here"), { signal: stop.signal });
    return () => stop.abort();
  }, []);

  const leave = useCallback<Departure["leave"]>(
    (url, { isOver = false } = {}) => {
      setState(isOver ? "over" : "leaving");
      go(url);
    },
    [go],
  );
  return useMemo(() => ({ leave, isLeaving: state !== "here", isOver: state === "over" }), [leave, state]);
}

function goInBrowser(url: string): void {
  location.assign(url);
}
