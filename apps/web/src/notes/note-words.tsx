import type { NoteText } from "./note.ts";

/** A note's title and text, to be read. */
export function NoteWords({ text }: { readonly text: NoteText }) {
  return (
    <>
      <h2 className="note__title" dir="auto">
        {text.title}
      </h2>
      {text.body && (
        <p className="note__body" dir="auto">
          {text.body}
        </p>
      )}
    </>
  );
}
