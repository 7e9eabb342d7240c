import type { Note } from "../api.ts";

import { isSameText, textOf, type NoteFaults, type NoteText } from "./note.ts";

/** A note somebody writes, from opening the editor to the moment the live list shows what was saved. */
export interface Draft {
  /** The note's id; of a new note one that is made up here. */
  readonly id: string;
  /** The note as it was when writing began; null for a new one. */
  readonly base: Note | null;
  readonly text: NoteText;
  readonly state: DraftState;
}

export type DraftState =
  /** In the editor. `failure` is why the last attempt to save it failed. */
  | { readonly phase: "writing"; readonly errors: NoteFaults; readonly failure: unknown }
  | { readonly phase: "sending" }
  /** Saved as soon as there is a connection. `isSent`: a first attempt may have been carried out already. */
  | { readonly phase: "waiting"; readonly isSent: boolean }
  | { readonly phase: "conflict"; readonly current: Note }
  | { readonly phase: "gone" }
  /** The server has it; the live list may not show it yet. */
  | { readonly phase: "saved"; readonly note: Note };

/** May an attempt to save it have been carried out already? */
export function isSentBefore({ state }: Draft): boolean {
  return state.phase === "waiting" && state.isSent;
}

/** Would forgetting it lose something? */
export function isUnsaved({ base, text, state }: Draft): boolean {
  return state.phase === "writing" ? !isSameText(text, textOf(base)) : state.phase !== "saved";
}
