import { act, fireEvent, screen, waitFor } from "@testing-library/react";
import { expect, test } from "vitest";

import { refusal, showNotes, tea } from "../test/note-page.tsx";

test("when an editor closes, by saving, cancelling or Escape, the focus is on its note again", async () => {
  const { update, listBecomes } = showNotes([tea]);
  const edit = (name = "Edit “Tea”") => screen.getByRole("button", { name });
  const open = () => act(() => (edit().focus(), edit().click()));

  open();
  press("Cancel");
  expect(document.activeElement).toBe(edit());

  open();
  fireEvent.keyDown(screen.getByRole("textbox", { name: "Title" }), { key: "Escape" });
  expect(document.activeElement).toBe(edit());

  open();
  fireEvent.change(screen.getByRole("textbox", { name: "Title" }), { target: { value: "Green tea" } });
  const saved = { ...tea, title: "Green tea", version: 4 };
  update.mockResolvedValue(saved);
  press("Save");
  await waitFor(() => expect(update).toHaveBeenCalled());
  listBecomes([saved]);
  expect(document.activeElement).toBe(edit("Edit “Green tea”"));
});

test("a new note that is saved has the focus under its own id; one that is given up gives it back to the beginning", async () => {
  const { drafts, create, listBecomes } = showNotes([]);
  act(() => void drafts.open(null));
  focusTitle();
  press("Cancel");
  expect(document.activeElement).toBe(screen.getByRole("button", { name: "New note" }));

  create.mockResolvedValue(tea);
  act(() => void drafts.open(null));
  focusTitle();
  fireEvent.change(screen.getByRole("textbox", { name: "Title" }), { target: { value: "Tea" } });
  press("Save");
  await waitFor(() => expect(create).toHaveBeenCalled());
  listBecomes([tea]);
  expect(document.activeElement).toBe(screen.getByRole("button", { name: "Edit “Tea”" }));
});

test("after a conflict is decided the focus is on the note", async () => {
  const theirs = { ...tea, title: "Black tea", version: 4 };
  const { update, listBecomes } = showNotes([tea]);
  update.mockRejectedValueOnce(refusal({ code: "CONFLICT", reason: "VERSION_CONFLICT", current: theirs }));
  press("Edit “Tea”");
  focusTitle();
  fireEvent.change(screen.getByRole("textbox", { name: "Title" }), { target: { value: "Green tea" } });
  press("Save");
  await screen.findByRole("heading", { name: "This note has two versions" });
  listBecomes([theirs]);
  press("Keep the saved one");
  expect(document.activeElement).toBe(screen.getByRole("button", { name: "Edit “Black tea”" }));
});

test("who has gone elsewhere keeps the focus there", async () => {
  const { drafts } = showNotes([tea]);
  press("Edit “Tea”");
  focusTitle();
  act(() => (document.activeElement as HTMLElement).blur());
  await new Promise((resolve) => setTimeout(resolve, 10));
  act(() => drafts.discard(tea.id));
  expect(document.activeElement).toBe(document.body);
});

function focusTitle() {
  act(() => screen.getByRole("textbox", { name: "Title" }).focus());
}

function press(name: string) {
  const button = screen.getByRole("button", { name });
  act(() => (button.focus(), button.click()));
}
