import { useEffect, useRef } from "react";

import { usePages } from "../provider/pages-context.ts";

export interface PageTitleProps {
  readonly children: string;
  /** What the window is called, when not like the heading. */
  readonly windowTitle?: string;
}

/** The one `<h1>` of a page, which also names the window. It can take the focus, so that a navigation is read out. */
export function PageTitle({ children, windowTitle = children }: PageTitleProps) {
  useWindowTitle(windowTitle);
  return (
    <h1 className="cs-title" tabIndex={-1}>
      {children}
    </h1>
  );
}

/**
 * Names the window after a page: `Sign in · Countersign`. What is opened over a page and named too, as a sheet is, names the
 * window until it is closed; then the page does again.
 */
export function useWindowTitle(title: string): void {
  const { brand } = usePages();
  const whole = brand.name ? `${title} · ${brand.name}` : title;
  const own = useRef({ title: whole });

  useEffect(() => {
    const entry = own.current;
    shown.push(entry);
    return () => {
      shown.splice(shown.indexOf(entry), 1);
      nameWindow();
    };
  }, []);
  useEffect(() => {
    own.current.title = whole;
    nameWindow();
  }, [whole]);
}

/** What names the window, the last above those before. */
const shown: { title: string }[] = [];

/** A page that goes leaves its name until the next one comes. */
function nameWindow(): void {
  const last = shown.at(-1);
  if (last) document.title = last.title;
}
