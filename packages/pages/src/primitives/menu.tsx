import { useCallback, useEffect, useId, useRef, useState, type ReactNode, type RefObject } from "react";

import { useEscape } from "./use-escape.ts";

export interface MenuProps {
  /** What is said of the button to those who do not see it. */
  readonly label: string;
  readonly trigger: ReactNode;
  readonly triggerClassName?: string;
  /** Links and buttons with the class `cs-menu__item`. */
  readonly children: ReactNode;
}

/**
 * A button that discloses a short list of links and buttons. A disclosure, not an ARIA menu: Tab walks through it like
 * through the rest of the page. Escape, a choice, a press outside and the focus leaving close it.
 */
export function Menu({ label, trigger, triggerClassName, children }: MenuProps) {
  const panelId = useId();
  const root = useRef<HTMLDivElement>(null);
  const button = useRef<HTMLButtonElement>(null);
  const [isOpen, setIsOpen] = useState(false);
  const close = useCallback(() => setIsOpen(false), []);

  useLeaving(isOpen, root, close);
  useEscape(isOpen, () => {
    close();
    button.current?.focus();
  });

  return (
    <div className="cs-menu" ref={root}>
      <button
        type="button"
        ref={button}
        className={triggerClassName}
        aria-label={label}
        aria-expanded={isOpen}
        aria-controls={isOpen ? panelId : undefined}
        onClick={() => setIsOpen(!isOpen)}
      >
        {trigger}
      </button>
      {isOpen && (
        <div className="cs-menu__panel" id={panelId}>
          {children}
        </div>
      )}
    </div>
  );
}

/** Calls back when the person presses or moves the focus outside, or has chosen something inside. */
function useLeaving(isOpen: boolean, root: RefObject<HTMLElement | null>, leave: () => void): void {
  useEffect(() => {
    if (!isOpen) return;
    const isInside = ({ target }: Event) => target instanceof Node && root.current?.contains(target) === true;
    const leaveIfOutside = (event: Event) => {
      if (!isInside(event)) leave();
    };
    const leaveIfChosen = (event: Event) => {
      if (isInside(event) && event.target instanceof Element && event.target.closest(".cs-menu__item")) leave();
    };

    document.addEventListener("pointerdown", leaveIfOutside);
    document.addEventListener("focusin", leaveIfOutside);
    document.addEventListener("click", leaveIfChosen);
    return () => {
      document.removeEventListener("pointerdown", leaveIfOutside);
      document.removeEventListener("focusin", leaveIfOutside);
      document.removeEventListener("click", leaveIfChosen);
    };
  }, [isOpen, root, leave]);
}
