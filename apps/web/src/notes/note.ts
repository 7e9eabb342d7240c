import type { Note } from "../api.ts";
import { presentMessages } from "../messages/app-messages.ts";

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

/** What is wrong with a text, by field: what can be told without the server. */
export function findFaults(text: NoteText): NoteFaults {
  const { editor } = presentMessages();
  return {
    ...(text.title.trim() === "" && { title: editor.titleMissing }),
    ...(text.title.length > noteLimits.title && { title: editor.titleTooLong(noteLimits.title) }),
    ...(text.body.length > noteLimits.body && { body: editor.bodyTooLong(noteLimits.body) }),
  };
}

export type NoteFaults = { readonly [Name in keyof NoteText]?: string };
