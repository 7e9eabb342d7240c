import { expect, test } from "vitest";

import type { Note } from "../api.ts";

import { arrangeNotes } from "./arrange-notes.ts";
import type { Draft, DraftState } from "./draft.ts";
import { textOf } from "./note.ts";

const [a, b] = [note("a", 1), note("b", 2)];
const writing: DraftState = { phase: "writing", errors: {}, failure: null };

test("without drafts the page is the list", () => {
  expect(arrangeNotes([a, b], []).map(({ key }) => key)).toEqual(["a", "b"]);
});

test("a draft is at its note, and one of no note, or of one that is gone, at the front", () => {
  const entries = arrangeNotes([a, b], [draft("new-1", null), draft("b", b), draft("gone", note("gone", 1))]);

  expect(entries.map(({ key, draft: own }) => [key, own?.id])).toEqual([
    ["new-1", "new-1"],
    ["gone", "gone"],
    ["a", undefined],
    ["b", "b"],
  ]);
  expect(entries[1]?.note).toBeNull();
});

test("a saved note is shown from its draft until the list has it in that version, and never twice", () => {
  const saved = draft("new-1", null, { phase: "saved", note: note("c", 1) });
  expect(arrangeNotes([a], [saved]).map(({ key }) => key)).toEqual(["new-1", "a"]);
  expect(arrangeNotes([note("c", 1), a], [saved]).map(({ key, draft: own }) => [key, own])).toEqual([
    ["c", null],
    ["a", null],
  ]);

  const changed = draft("b", b, { phase: "saved", note: note("b", 3) });
  expect(arrangeNotes([b], [changed])[0]?.draft).toBe(changed);
  expect(arrangeNotes([note("b", 3)], [changed])[0]?.draft).toBeNull();
});

const $can = { update: true, remove: true };

function note(id: string, version: number): Note {
  return { id, version, title: id, body: "", createdAt: "", updatedAt: "", $can };
}

function draft(id: string, base: Note | null, state = writing): Draft {
  return { id, base, text: textOf(base), state };
}
