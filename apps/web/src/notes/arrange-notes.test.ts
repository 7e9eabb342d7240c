import { expect, test } from "vitest";

import type { Note } from "../api.ts";

import { arrangeNotes, type ShownNote } from "./arrange-notes.ts";
import type { Draft } from "./note-drafts.ts";
import { textOf } from "./note.ts";

const [a, b] = [note("a"), note("b")];

test("without drafts the page is the list", () => {
  expect(arrangeNotes([a, b], [], idOf).map(({ key }) => key)).toEqual(["a", "b"]);
});

test("a draft is at its note, and one of no note, or of one that is gone, at the front", () => {
  const drafts = [draft("new-1", null), draft("b", b), draft("gone", note("gone"))];
  const entries = arrangeNotes([a, b], drafts, idOf);

  expect(entries.map(({ key, draft: own }) => [key, own?.id])).toEqual([
    ["new-1", "new-1"],
    ["gone", "gone"],
    ["a", undefined],
    ["b", "b"],
  ]);
  expect(entries[1]?.note).toBeNull();
});

test("a note that is written keeps its line from the first word on, under its own id too", () => {
  const keyOf = ({ id }: ShownNote) => (id === "c" ? "new-1" : id);
  const pending: ShownNote = { ...note("new-1"), $pending: { action: "create", phase: "sending" } };

  expect(arrangeNotes([pending, a], [draft("new-1", null)], keyOf)).toMatchObject([
    { key: "new-1", note: pending, draft: { id: "new-1" } },
    { key: "a" },
  ]);
  expect(arrangeNotes([note("c"), a], [], keyOf).map(({ key }) => key)).toEqual(["new-1", "a"]);
  expect(arrangeNotes([note("c")], [draft("c", note("c"))], keyOf)).toMatchObject([
    { key: "new-1", draft: { id: "c" } },
  ]);
});

function note(id: string): Note {
  return {
    id,
    version: 1,
    title: id,
    body: "",
    createdAt: "",
    updatedAt: "",
    $can: { update: true, remove: true },
  };
}

function draft(id: string, base: Note | null): Draft {
  return { id, base, values: textOf(base), state: { phase: "writing", errors: {}, failure: null } };
}

function idOf({ id }: ShownNote): string {
  return id;
}
