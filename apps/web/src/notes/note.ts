import type { Note } from "../api.ts";

/** What a person writes in a note. */
export interface NoteText {
  readonly title: string;
  readonly body: string;
}

/** The server's limits, in characters. */
export const noteLimits = { title: 200, body: 10_000 } as const;

export function textOf(note: Note | null): NoteText {
  return { title: note?.title ?? "", body: note?.body ?? "" };
}

export function isSameText(a: NoteText, b: NoteText): boolean {
  return a.title === b.title && a.body === b.body;
}
