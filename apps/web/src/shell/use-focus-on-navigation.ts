import { useRouterState } from "@tanstack/react-router";
import { useEffect, useRef } from "react";

/**
 * After a navigation the focus goes to the new page's heading, so that it is read out and Tab goes on from there;
 * unless the page has taken it itself, as a form does. The first page is left as the browser opened it.
 */
export function useFocusOnNavigation(): void {
  const path = useRouterState({ select: (state) => state.resolvedLocation?.pathname });
  const before = useRef(path);

  useEffect(() => {
    const isFirst = before.current === undefined;
    if (before.current === path) return;
    before.current = path;
    if (isFirst) return;

    const main = document.getElementById("main");
    if (main?.contains(document.activeElement) && document.activeElement !== main) return;
    scrollTo(0, 0);
    (main?.querySelector("h1") ?? main)?.focus({ preventScroll: true });
  }, [path]);
}
