import { useId, useRef, useState, type DragEvent, type ReactNode, type Ref } from "react";

import { Button, Icon } from "@countersign/pages";

import { useAppMessages } from "../../messages/app-messages.ts";

export interface DropZoneProps {
  readonly label: string;
  /** Where the focus goes when what had it is gone. */
  readonly titleRef?: Ref<HTMLHeadingElement>;
  /** Are files taken? Without it this is a section like any other. */
  readonly isOpen: boolean;
  readonly onFiles: (files: readonly File[]) => void;
  readonly children: ReactNode;
}

/** A part of the page that takes files: by a button, which the keyboard reaches as well, or dropped anywhere on it. */
export function DropZone({ label, titleRef, isOpen, onFiles, children }: DropZoneProps) {
  const { attachments: texts } = useAppMessages();
  const titleId = useId();
  const input = useRef<HTMLInputElement>(null);
  const [isOver, setIsOver] = useState(false);

  function handleDrag(event: DragEvent) {
    // Text and links that are dragged about are none of ours.
    if (!event.dataTransfer.types.includes("Files")) return;
    event.preventDefault();
    event.dataTransfer.dropEffect = isOpen ? "copy" : "none";
    setIsOver(isOpen);
  }

  function handleDrop(event: DragEvent) {
    if (!event.dataTransfer.types.includes("Files")) return;
    // Else the browser leaves the page for the file.
    event.preventDefault();
    setIsOver(false);
    if (isOpen) take(filesOf(event.dataTransfer));
  }

  function take(files: readonly File[]) {
    if (files.length > 0) onFiles(files);
  }

  return (
    // Dropping is one of two ways: the button below is the one for all.
    // oxlint-disable-next-line jsx-a11y/no-noninteractive-element-interactions
    <section
      className="attachments"
      aria-labelledby={titleId}
      data-over={isOver || undefined}
      onDragEnter={handleDrag}
      onDragOver={handleDrag}
      onDragLeave={(event) => event.currentTarget.contains(event.relatedTarget as Node | null) || setIsOver(false)}
      onDrop={handleDrop}
    >
      <h3 className="attachments__title" id={titleId} ref={titleRef} tabIndex={-1}>
        {label}
      </h3>
      {children}
      {isOpen && (
        <div className="attachments__add">
          <Button size="small" onClick={() => input.current?.click()}>
            <Icon name="plus" />
            {texts.add}
          </Button>
          <span className="cs-muted attachments__hint" aria-hidden="true">
            {isOver ? texts.dropNow : texts.drop}
          </span>
          <input
            ref={input}
            type="file"
            multiple
            hidden
            aria-label={texts.add}
            onChange={(event) => {
              take([...(event.currentTarget.files ?? [])]);
              // The same file can be chosen again.
              event.currentTarget.value = "";
            }}
          />
        </div>
      )}
    </section>
  );
}

/** The files that were dropped, without folders, which browsers hand over as files that cannot be read. */
function filesOf({ items }: DataTransfer): File[] {
  return [...items].flatMap((item) => {
    if (item.kind !== "file" || item.webkitGetAsEntry?.()?.isDirectory) return [];
    return item.getAsFile() ?? [];
  });
}
