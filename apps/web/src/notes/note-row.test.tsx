import { act, fireEvent, screen, waitFor } from "@testing-library/react";
import { expect, test } from "vitest";

import { CallFailure } from "@countersign/client";

import { refusal, showNotes, tea } from "../test/note-page.tsx";

test("a change that comes in while one writes touches no letter; it is told, and can be compared", () => {
  const { listBecomes } = showNotes([tea]);
  openEditor();
  type("Title", "Green tea");

  listBecomes([{ ...tea, title: "Black tea", version: 4 }]);

  expect(title().value).toBe("Green tea");
  expect(screen.getByText("This note was changed elsewhere while you were writing.")).toBeTruthy();
  press("Compare");
  expect(versions()).toEqual({ yours: "Green tea", theirs: "Black tea" });
});

test("CRU-28: a conflict shows both versions; keeping one's own saves it over the other", async () => {
  const theirs = { ...tea, title: "Black tea", version: 4 };
  const { update, listBecomes } = showNotes([tea]);
  update.mockRejectedValueOnce(refusal({ code: "CONFLICT", reason: "VERSION_CONFLICT", current: theirs }));
  openEditor();
  type("Title", "Green tea");
  press("Save");

  const heading = await screen.findByRole("heading", { name: "This note has two versions" });
  expect(heading).toBe(document.activeElement);
  expect(versions()).toEqual({ yours: "Green tea", theirs: "Black tea" });

  const mine = { ...tea, title: "Green tea", version: 5 };
  update.mockResolvedValueOnce(mine);
  press("Keep yours");
  await waitFor(() => expect(update).toHaveBeenCalledTimes(2));
  expect(update.mock.lastCall?.[0]).toMatchObject({ id: "n1", version: 4, title: "Green tea" });
  listBecomes([mine]);
  expect(await screen.findByRole("button", { name: "Edit “Green tea”" })).toBeTruthy();
});

test("of two versions the saved one can be kept, which sends nothing", async () => {
  const theirs = { ...tea, title: "Black tea", version: 4 };
  const { update, listBecomes } = showNotes([tea]);
  update.mockRejectedValueOnce(refusal({ code: "CONFLICT", reason: "VERSION_CONFLICT", current: theirs }));
  openEditor();
  type("Title", "Green tea");
  press("Save");
  await screen.findByRole("heading", { name: "This note has two versions" });
  listBecomes([theirs]);

  press("Keep the saved one");

  expect(screen.getByRole("heading", { name: "Black tea" })).toBeTruthy();
  expect(screen.queryByText("Green tea")).toBeNull();
  expect(update).toHaveBeenCalledTimes(1);
});

test("a note deleted elsewhere leaves its text in the editor, to be saved as a new one", async () => {
  const { create, listBecomes } = showNotes([tea]);
  create.mockResolvedValue({ ...tea, id: "n2" });
  openEditor();
  type("Note", "Darjeeling");

  listBecomes([]);

  expect(screen.getByText(/^This note was deleted elsewhere/)).toBeTruthy();
  press("Save as a new note");
  await waitFor(() =>
    expect(create).toHaveBeenCalledWith(expect.objectContaining({ title: "Tea", body: "Darjeeling" })),
  );
});

test("as long as the list is not known, no note is said to be deleted", () => {
  const { drafts } = showNotes([], { isListKnown: false });
  act(() => void drafts.open(tea));

  expect(title().value).toBe("Tea");
  expect(screen.queryByText(/deleted elsewhere/)).toBeNull();
});

test("Escape closes an editor in which nothing was written, and throws away nothing that was", () => {
  showNotes([tea]);
  openEditor();
  type("Title", "Green tea");
  fireEvent.keyDown(title(), { key: "Escape" });
  expect(title().value).toBe("Green tea");

  type("Title", "Tea");
  fireEvent.keyDown(title(), { key: "Escape" });
  expect(screen.queryByRole("textbox")).toBeNull();
});

test.each([{ ctrlKey: true }, { metaKey: true }])("Enter with %o saves from the text area", async (how) => {
  const { update } = showNotes([tea]);
  update.mockResolvedValue({ ...tea, version: 4 });
  openEditor();
  type("Note", "Darjeeling");

  fireEvent.keyDown(screen.getByRole("textbox", { name: "Note" }), { key: "Enter", ...how });

  await waitFor(() => expect(update).toHaveBeenCalledWith(expect.objectContaining({ body: "Darjeeling" })));
});

test("a title that is missing is said at the title, which has the focus", () => {
  const { update } = showNotes([tea]);
  openEditor();
  type("Title", " ");
  screen.getByRole("textbox", { name: "Note" }).focus();

  press("Save");

  expect(screen.getByText("Give the note a title.").id).toBe(title().getAttribute("aria-describedby"));
  expect(title()).toBe(document.activeElement);
  expect(update).not.toHaveBeenCalled();
});

test("while it is saved the new text is shown and said to be on its way", async () => {
  const answer = Promise.withResolvers<typeof tea>();
  const { update } = showNotes([tea]);
  update.mockReturnValue(answer.promise);
  openEditor();
  type("Title", "Green tea");
  press("Save");

  expect(screen.getByRole("heading", { name: "Green tea" })).toBeTruthy();
  expect(screen.getByText("Saving…")).toBeTruthy();
  await act(async () => answer.resolve({ ...tea, title: "Green tea", version: 4 }));
  expect(screen.queryByText("Saving…")).toBeNull();
});

test("a note written without a connection says that it waits, and can be written on", () => {
  const { drafts, connection } = showNotes([]);
  act(() => connection.set({ state: "offline", attempt: 0, retryAt: null }));
  act(() => void drafts.open(null));
  type("Title", "Coffee");
  press("Save");

  expect(screen.getByText("Waits for the connection")).toBeTruthy();
  press("Edit");
  expect(title().value).toBe("Coffee");
});

test("deleting names the note and asks; a note that is gone already counts as deleted", async () => {
  const { remove, listBecomes } = showNotes([tea]);
  press("Delete “Tea”");
  expect(screen.getByRole("group", { name: "Delete “Tea”?" })).toBeTruthy();
  expect(remove).not.toHaveBeenCalled();

  const answer = Promise.withResolvers<unknown>();
  remove.mockReturnValue(answer.promise);
  press("Delete");

  expect(await screen.findByText("Deleting…")).toBeTruthy();
  expect(remove).toHaveBeenCalledExactlyOnceWith({ id: "n1", key: expect.any(String) as string });
  await act(async () => answer.reject(refusal({ code: "NOT_FOUND" })));
  expect(screen.getByText("“Tea” is deleted.")).toBeTruthy();
  // Before the list says so.
  expect(screen.queryByRole("heading", { name: "Tea" })).toBeNull();
  listBecomes([]);
  expect(screen.getByText("No notes yet")).toBeTruthy();
});

test("a deletion that is refused is said at the note, which stays", async () => {
  const { remove } = showNotes([tea]);
  remove.mockRejectedValue(refusal({ code: "SERVICE_UNAVAILABLE", reason: "UNAVAILABLE" }));
  press("Delete “Tea”");
  press("Delete");

  expect((await screen.findByRole("alert")).textContent).toContain("It was not deleted.");
  expect(screen.getByRole("heading", { name: "Tea" })).toBeTruthy();
  expect(screen.queryByText("“Tea” is deleted.")).toBeNull();
});

test("REL-08: a deletion whose answer is lost is checked, and only then said to be one", async () => {
  const { remove, connection } = showNotes([tea]);
  const answer = Promise.withResolvers<unknown>();
  remove
    .mockRejectedValueOnce(new CallFailure("disconnected", "unknown", "note.remove"))
    .mockReturnValue(answer.promise);
  press("Delete “Tea”");
  press("Delete");
  act(() => connection.set({ state: "reconnecting", attempt: 1, retryAt: null }));

  expect(await screen.findByText("Checking…")).toBeTruthy();
  expect(screen.queryByText(/not deleted|is deleted/)).toBeNull();
  act(() => connection.set({ state: "open", attempt: 0, retryAt: null }));
  await waitFor(() => expect(remove).toHaveBeenCalledTimes(2));
  expect(remove.mock.calls[1]).toEqual(remove.mock.calls[0]);
  // The first attempt was carried out.
  await act(async () => answer.reject(refusal({ code: "NOT_FOUND" })));

  expect(screen.getByText("“Tea” is deleted.")).toBeTruthy();
  expect(screen.queryByRole("alert")).toBeNull();
});

test("a deletion that was not sent says that it waits", async () => {
  const { remove, connection } = showNotes([tea]);
  remove.mockResolvedValue({});
  act(() => connection.set({ state: "offline", attempt: 0, retryAt: null }));
  press("Delete “Tea”");
  press("Delete");

  expect(await screen.findByText("Waits for the connection")).toBeTruthy();
  expect(remove).not.toHaveBeenCalled();
  act(() => connection.set({ state: "open", attempt: 0, retryAt: null }));
  expect(await screen.findByText("“Tea” is deleted.")).toBeTruthy();
});

test("what cannot be found out is not said to be one or the other", async () => {
  const { remove } = showNotes([tea]);
  remove.mockRejectedValue(new CallFailure("refused", "unknown", "note.remove"));
  press("Delete “Tea”");
  press("Delete");

  expect((await screen.findByRole("alert")).textContent).toContain("It is not known whether it was deleted.");
});

function openEditor() {
  press("Edit “Tea”");
}

function title() {
  return screen.getByRole<HTMLInputElement>("textbox", { name: "Title" });
}

function type(name: string, value: string) {
  fireEvent.change(screen.getByRole("textbox", { name }), { target: { value } });
}

function press(name: string) {
  fireEvent.click(screen.getByRole("button", { name }));
}

/** The titles of the two versions. */
function versions() {
  const titleIn = (name: string) => screen.getByRole("region", { name }).querySelector(".note__title")?.textContent;
  return { yours: titleIn("Yours"), theirs: titleIn("Saved meanwhile") };
}
