import { type RefObject, useEffect, useEffectEvent } from "react";

/**
 * Calls back when the focus goes elsewhere on the page; never with null. Where a finger or a mouse takes it there, once that is
 * released: what is taken off the page before moves what is pressed away from under it, and nothing is clicked then.
 */
export function useLeaving(place: RefObject<HTMLElement | null>, onLeave: (() => void) | null): void {
  const isWatching = onLeave !== null;
  const leave = useEffectEvent(() => onLeave?.());

  useEffect(() => {
    if (!isWatching) return;
    let isPressed = false;
    let hasLeft = false;
    const ended = new AbortController();
    const listen = (events: string, listener: (event: Event) => void) => {
      for (const event of events.split(" ")) document.addEventListener(event, listener, { signal: ended.signal });
    };
    listen("pointerdown", () => void (isPressed = true));
    listen("focusin", ({ target }) => {
      if (place.current?.contains(target as Node)) return; // What has the focus is a node.
      hasLeft = true;
      if (!isPressed) leave();
    });
    listen("pointerup pointercancel", () => {
      isPressed = false;
      // After the click, which follows.
      if (hasLeft) setTimeout(() => !ended.signal.aborted && leave());
    });
    return () => ended.abort();
  }, [isWatching, place]);
}
