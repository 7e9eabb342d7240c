import { act, fireEvent, screen, waitFor, within } from "@testing-library/react";
import { expect, test } from "vitest";

import type { SessionListItem } from "@countersign/contract";

import { createFakeSession, refusal } from "../test/fake-session.ts";
import { show } from "../test/show.tsx";

import { SessionList } from "./session-list.tsx";

const firefox = "Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0";

test("this device comes first and is marked, then the others by their last use; it cannot end itself here", async () => {
  showList([
    item({ id: "old", lastUsedAt: "2026-01-01T00:00:00.000Z", userAgent: "curl/8" }),
    item({ id: "new", lastUsedAt: "2026-03-01T00:00:00.000Z", userAgent: firefox, ip: null }),
    item({ id: "this", isCurrent: true, userAgent: null, ip: "203.0.113.9" }),
  ]);

  const rows = (await screen.findAllByRole("listitem")).filter((row) => row.className === "cs-row");
  const texts = rows.map((row) => row.textContent);

  expect(texts.map((text) => /Unknown device|Firefox on Linux|curl/.exec(text)?.[0])).toEqual([
    "Unknown device",
    "Firefox on Linux",
    "curl",
  ]);
  expect(texts[0]).toContain("This device");
  expect(texts[0]).toContain("203.0.113.9");
  expect(texts[1]).toContain("Unknown address");
  expect(within(rows[0] as HTMLElement).queryByRole("button")).toBeNull();
});

test("a device that signs in while the page is open is shown at once, and goes when it is signed out", async () => {
  const session = showList([item({ id: "this", isCurrent: true })]);
  await screen.findByText("You are signed in nowhere else.");

  act(() => session.sessionList.show([item({ id: "this", isCurrent: true }), item({ id: "2", userAgent: firefox })]));
  expect(screen.getByText("Firefox on Linux")).toBeTruthy();

  act(() => session.sessionList.show([item({ id: "this", isCurrent: true })]));
  expect(screen.queryByText("Firefox on Linux")).toBeNull();
});

test("what was read while the session was fresh is not shown when it is not any more", async () => {
  const session = showList([item({ id: "this", isCurrent: true })]);
  act(() => session.signIn({ freshUntil: new Date(Date.now() + 60_000).toISOString() }));
  expect(await screen.findByText("This device")).toBeTruthy();

  act(() => session.signIn({ freshUntil: new Date(Date.now() - 1000).toISOString() }));

  expect(screen.queryByText("This device")).toBeNull();
  expect(screen.getByRole("button", { name: "Confirm now" })).toBeTruthy();
});

test("ending a session asks first and names it; then the row goes, and the focus is at the heading", async () => {
  const session = showList([item({ id: "this", isCurrent: true }), item({ id: "2", userAgent: firefox })]);
  session.sessions.end.mockResolvedValue();

  fireEvent.click(await screen.findByRole("button", { name: "End session on Firefox on Linux" }));
  const question = screen.getByRole("group", { name: "End the session on Firefox on Linux?" });
  expect(within(question).getByRole("button", { name: "Cancel" })).toBe(document.activeElement);
  expect(session.sessions.end).not.toHaveBeenCalled();

  fireEvent.click(within(question).getByRole("button", { name: "End session" }));

  await waitFor(() => expect(screen.queryByText("Firefox on Linux")).toBeNull());
  expect(session.sessions.end.mock.calls).toEqual([["2"]]);
  expect(screen.getByText("The session on Firefox on Linux has ended.")).toBeTruthy();
  expect(screen.getByRole("heading", { name: "Where you are signed in" })).toBe(document.activeElement);
  expect(screen.getByText("You are signed in nowhere else.")).toBeTruthy();
});

test("Escape leaves the question and the focus goes back to its button", async () => {
  const session = showList([item({ id: "this", isCurrent: true }), item({ id: "2", userAgent: firefox })]);

  fireEvent.click(await screen.findByRole("button", { name: "End session on Firefox on Linux" }));
  fireEvent.keyDown(document, { key: "Escape" });

  expect(screen.getByRole("button", { name: "End session on Firefox on Linux" })).toBe(document.activeElement);
  expect(session.sessions.end).not.toHaveBeenCalled();
});

test("a session that is gone already counts as ended; any other refusal is said and the row stays", async () => {
  const session = showList([item({ id: "this", isCurrent: true }), item({ id: "2", userAgent: firefox })]);
  session.sessions.end.mockRejectedValueOnce(refusal({ code: "SERVICE_UNAVAILABLE", reason: "UNAVAILABLE" }));

  await confirmEnd();
  expect((await screen.findByRole("alert")).textContent).toContain("Nothing was changed");
  expect(screen.getByText("Firefox on Linux")).toBeTruthy();

  session.sessions.end.mockRejectedValueOnce(refusal({ code: "NOT_FOUND" }));
  await confirmEnd();
  await waitFor(() => expect(screen.queryByText("Firefox on Linux")).toBeNull());
  expect(screen.queryByRole("alert")).toBeNull();
});

test("all others can be ended at once, and how many there were is said", async () => {
  const others = [item({ id: "2" }), item({ id: "3" })];
  const session = showList([item({ id: "this", isCurrent: true }), ...others]);
  session.sessions.endOthers.mockResolvedValue({ ended: 2 });

  fireEvent.click(await screen.findByRole("button", { name: "End all others" }));
  expect(screen.getByText("End the 2 other sessions?")).toBeTruthy();
  fireEvent.click(screen.getByRole("button", { name: "End them" }));

  expect(await screen.findByText("2 other sessions have ended.")).toBeTruthy();
  expect(screen.queryByRole("button", { name: "End all others" })).toBeNull();
});

test("a list that cannot be read offers another try", async () => {
  const session = createFakeSession();
  session.sessionList.refuse(refusal({ code: "SERVICE_UNAVAILABLE", reason: "UNAVAILABLE" }));
  show(<SessionList />, { session });

  const retry = await screen.findByRole("button", { name: "Try again" });
  session.sessionList.show([item({ id: "this", isCurrent: true })]);
  fireEvent.click(retry);

  expect(await screen.findByText("This device")).toBeTruthy();
});

function showList(items: readonly SessionListItem[]) {
  const session = createFakeSession();
  session.sessionList.show(items);
  show(<SessionList />, { session });
  return session;
}

async function confirmEnd() {
  fireEvent.click(await screen.findByRole("button", { name: "End session on Firefox on Linux" }));
  await act(async () => fireEvent.click(screen.getByRole("button", { name: "End session" })));
}

function item(change: Partial<SessionListItem>): SessionListItem {
  const at = "2026-02-01T00:00:00.000Z";
  return {
    id: "x",
    version: 1,
    isCurrent: false,
    createdAt: at,
    lastUsedAt: at,
    expiresAt: at,
    ip: null,
    userAgent: null,
    provider: null,
    ...change,
  };
}
