import type { Draft as AnyDraft } from "@countersign/client";
import { useDrafts, useStore } from "@countersign/react";

import { api, type Note } from "../api.ts";

import { findFaults, type NoteText } from "./note.ts";

/** A note somebody writes, from opening the editor until the server has it. */
export type Draft = AnyDraft<Note, NoteText>;
export type DraftState = Draft["state"];

/** What is being written, which outlives a visit to another page. */
export function useNoteDrafts() {
  const { client } = api.useUtils();
  return useDrafts(client.note, {
    empty: { title: "", body: "" },
    // The server trims titles too.
    normalize: ({ title, body }) => ({ title: title.trim(), body }),
    validate: findFaults,
    preview: (text) => {
      const now = new Date().toISOString();
      return { ...text, createdAt: now, updatedAt: now };
    },
  });
}

/** All drafts, as they change. */
export function useDraftList(): readonly Draft[] {
  return useStore(useNoteDrafts(), all);
}

function all(drafts: readonly Draft[]): readonly Draft[] {
  return drafts;
}
