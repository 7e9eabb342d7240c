import { useCallback, useEffect, useLayoutEffect, useRef, useState } from "react";

import { Button } from "@countersign/pages";

import { useAppMessages } from "../messages/app-messages.ts";

import type { NoteText } from "./note.ts";

/** A note's title and text, to be read. A long text is cut after some lines, and can be shown whole. */
export function NoteWords({ text }: { readonly text: NoteText }) {
  return (
    <>
      <h2 className="note__title" dir="auto">
        {text.title}
      </h2>
      {text.body && <NoteBody body={text.body} />}
    </>
  );
}

function NoteBody({ body }: { readonly body: string }) {
  const { notes: texts } = useAppMessages();
  const words = useRef<HTMLParagraphElement>(null);
  const [isWhole, setIsWhole] = useState(false);
  const [isCut, setIsCut] = useState(false);

  const measure = useCallback(() => {
    const element = words.current;
    if (element && !isWhole) setIsCut(element.scrollHeight > element.clientHeight + 1);
  }, [isWhole]);

  // How many lines it takes depends on the words, and on the width.
  useLayoutEffect(measure);
  useEffect(() => {
    const observer = new ResizeObserver(measure);
    if (words.current) observer.observe(words.current);
    return () => observer.disconnect();
  }, [measure]);

  return (
    <div className="note__text">
      <p className={isWhole ? "note__body note__body--whole" : "note__body"} dir="auto" ref={words}>
        {body}
      </p>
      {(isCut || isWhole) && (
        <Button
          variant="quiet"
          size="small"
          className="note__more"
          aria-expanded={isWhole}
          onClick={() => setIsWhole(!isWhole)}
        >
          {isWhole ? texts.showLess : texts.showMore}
        </Button>
      )}
    </div>
  );
}
