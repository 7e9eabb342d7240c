import { useEffect } from "react";

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

/** Names the window after a page: `Sign in · Countersign`. */
export function useWindowTitle(title: string): void {
  const { brand } = usePages();
  useEffect(() => {
    document.title = brand.name ? `${title} · ${brand.name}` : title;
  }, [title, brand.name]);
}
