import { act } from "@testing-library/react";

/** Puts an address into the window, as a browser does that opens a link. */
export function openAddress(path: string): void {
  history.replaceState(null, "", path);
}

/** A link into the page that is open already: the browser changes the part behind `#` and tells the page. */
export function openFragment(fragment: string): void {
  history.replaceState(null, "", `${location.pathname}${fragment}`);
  act(() => void window.dispatchEvent(new Event("hashchange")));
}

/** What the address bar shows, without the origin. */
export function shownAddress(): string {
  return `${location.pathname}${location.search}${location.hash}`;
}
