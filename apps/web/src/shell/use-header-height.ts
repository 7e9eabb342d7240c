import { useLayoutEffect, useRef, type RefObject } from "react";

/**
 * For the header that stays at the top: how high it is stands in `--shell-header` for all that stays below it. It depends on
 * the width, on how many ways there are to go, and on the size of the text.
 */
export function useHeaderHeight(): RefObject<HTMLElement | null> {
  const header = useRef<HTMLElement>(null);

  useLayoutEffect(() => {
    const element = header.current;
    if (!element) return;
    const { style } = document.documentElement;
    const observer = new ResizeObserver(() => style.setProperty("--shell-header", `${element.offsetHeight}px`));
    observer.observe(element);
    return () => {
      observer.disconnect();
      style.removeProperty("--shell-header");
    };
  }, []);

  return header;
}
