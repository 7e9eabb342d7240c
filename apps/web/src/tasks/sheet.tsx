import { useId, useLayoutEffect, useRef, type ReactNode } from "react";

import { Icon } from "@countersign/pages";

import { useAppMessages } from "../messages/app-messages.ts";

export interface SheetProps {
  readonly title: string;
  /** Called when the person wants to leave it: by the button, by Escape, by a press beside it. */
  readonly onClose: () => void;
  readonly children: ReactNode;
}

/** A sheet over the page, at its end. The browser keeps the focus inside and gives it back afterwards. */
export function Sheet({ title, onClose, children }: SheetProps) {
  const { tasks: texts } = useAppMessages();
  const dialog = useRef<HTMLDialogElement>(null);
  const titleId = useId();

  // Before the browser paints, and closed while it is still in the document: only then does the focus go back.
  useLayoutEffect(() => {
    const shown = dialog.current;
    shown?.showModal();
    return () => shown?.close();
  }, []);

  return (
    // What is pressed on the dialog itself is its backdrop: all else is inside the content. The keyboard has Escape.
    // oxlint-disable-next-line jsx-a11y/click-events-have-key-events, jsx-a11y/no-noninteractive-element-interactions
    <dialog
      className="sheet"
      ref={dialog}
      aria-labelledby={titleId}
      onClick={(event) => event.target === event.currentTarget && onClose()}
      onCancel={(event) => {
        event.preventDefault();
        onClose();
      }}
    >
      <div className="sheet__content">
        <header className="sheet__head">
          <h2 className="sheet__title" id={titleId} tabIndex={-1}>
            <bdi>{title}</bdi>
          </h2>
          <button type="button" className="cs-icon-button" aria-label={texts.close} onClick={onClose}>
            <Icon name="close" />
          </button>
        </header>
        {children}
      </div>
    </dialog>
  );
}
