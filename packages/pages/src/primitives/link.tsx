import type { ComponentProps, MouseEvent } from "react";

import { usePages } from "../provider/pages-context.ts";

export interface LinkProps extends ComponentProps<"a"> {
  /** A path of this app. */
  readonly to: string;
}

/** A link inside the app: the app's router follows it, except where the person asks the browser to (new tab, download). */
export function Link({ to, className = "cs-link", onClick, children, ...rest }: LinkProps) {
  const { navigate } = usePages();

  function handleClick(event: MouseEvent<HTMLAnchorElement>) {
    onClick?.(event);
    if (event.defaultPrevented || event.button !== 0) return;
    if (event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
    event.preventDefault();
    navigate(to);
  }

  return (
    <a {...rest} className={className} href={to} onClick={handleClick}>
      {children}
    </a>
  );
}
