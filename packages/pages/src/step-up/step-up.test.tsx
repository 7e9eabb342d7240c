import { act, fireEvent, screen, waitFor } from "@testing-library/react";
import { afterEach, beforeEach, expect, test, vi } from "vitest";

import { createFakeSession, refusal } from "../test/fake-session.ts";
import { show } from "../test/show.tsx";

import { Freshness } from "./freshness.tsx";

afterEach(() => vi.useRealTimers());

test("a call that needs it opens the question; the right password answers it and the dialog goes", async () => {
  const session = signedIn();
  session.auth.stepUp.mockResolvedValue();
  const answer = ask(session);

  const dialog = screen.getByRole("dialog", { name: "Is it you?" });
  expect(dialog.textContent).toContain("Signed in as ann");
  expect(dialog.textContent).toContain("You will not be asked again for 10 minutes.");
  confirm("right");

  await expect(answer).resolves.toBe(true);
  expect(session.auth.stepUp.mock.calls).toEqual([["right"]]);
  await waitFor(() => expect(screen.queryByRole("dialog")).toBeNull());
});

test("a wrong password is said, and asked for again in the same dialog", async () => {
  const session = signedIn();
  session.auth.stepUp.mockRejectedValueOnce(refusal({ code: "FORBIDDEN", reason: "WRONG_PASSWORD" }));
  session.auth.stepUp.mockResolvedValueOnce();
  const answer = ask(session);

  confirm("wrong");
  expect((await screen.findByRole("alert")).textContent).toBe("That is not your password.");
  expect(screen.getByLabelText("Password")).toBe(document.activeElement);
  confirm("right");

  await expect(answer).resolves.toBe(true);
});

test("when the password is confirmed in another tab, the question here is answered with it; an older time answers nothing", async () => {
  const session = signedIn();
  const later = (seconds: number) => new Date(Date.now() + seconds * 1000).toISOString();
  const answer = ask(session);

  act(() => session.signIn({ freshUntil: later(-1) }));
  expect(screen.getByRole("dialog")).toBeTruthy();
  act(() => session.signIn({ freshUntil: later(600) }));

  await expect(answer).resolves.toBe(true);
  expect(screen.queryByRole("dialog")).toBeNull();
  expect(session.auth.stepUp).not.toHaveBeenCalled();
});

test("whoever does not want to is let go: by the button, and by Escape", async () => {
  const session = signedIn();
  const first = ask(session);
  fireEvent.click(screen.getByRole("button", { name: "Cancel" }));
  await expect(first).resolves.toBe(false);

  const second = ask(session);
  // What the browser does of itself when Escape is pressed in a modal dialog.
  act(() => void screen.getByRole("dialog").dispatchEvent(new Event("cancel", { cancelable: true })));
  await expect(second).resolves.toBe(false);
  expect(session.auth.stepUp).not.toHaveBeenCalled();
});

test("two calls that need it at once share one question", async () => {
  const session = signedIn();
  session.auth.stepUp.mockResolvedValue();
  const answers = Promise.all([ask(session), ask(session)]);

  expect(screen.getAllByRole("dialog")).toHaveLength(1);
  confirm("right");

  await expect(answers).resolves.toEqual([true, true]);
  expect(session.auth.stepUp).toHaveBeenCalledTimes(1);
});

test("when another user is there instead, the question of the first is answered no and is not shown to the second", async () => {
  const session = signedIn();
  const answer = ask(session);

  act(() => session.signIn({ id: "2", username: "bob", sessionId: "s2" }));

  await expect(answer).resolves.toBe(false);
  expect(screen.queryByRole("dialog")).toBeNull();
});

test("a visitor is not asked for a password", async () => {
  const session = createFakeSession();
  show(<p>page</p>, { session });

  await expect(session.askToConfirm()).resolves.toBe(false);
  expect(screen.queryByRole("dialog")).toBeNull();
});

test("a call that needs it finds nobody to ask once the pages are gone", async () => {
  const session = createFakeSession();
  session.signIn();
  const { unmount } = show(<p>page</p>, { session });
  let answer = Promise.resolve(true);
  act(() => void (answer = session.askToConfirm()));

  unmount();

  await expect(answer).resolves.toBe(false);
  await expect(session.askToConfirm()).resolves.toBe(false);
});

beforeEach(() => document.body.replaceChildren());

test("how long it holds is counted down; then it can be begun again", async () => {
  vi.useFakeTimers({ now: new Date("2026-06-15T12:00:00Z") });
  const session = createFakeSession();
  session.signIn({ freshUntil: "2026-06-15T12:01:05.000Z" });
  show(<Freshness />, { session });
  expect(screen.getByRole("timer").textContent).toBe("Sensitive changes need no password for another 1:05.");

  act(() => void vi.advanceTimersByTime(2000));
  expect(screen.getByRole("timer").textContent).toContain("1:03");
  act(() => void vi.advanceTimersByTime(63_000));
  expect(screen.queryByRole("timer")).toBeNull();

  fireEvent.click(screen.getByRole("button", { name: "Confirm now" }));
  expect(screen.getByRole("dialog")).toBeTruthy();
  act(() => session.signIn({ freshUntil: "2026-06-15T12:11:05.000Z", version: 2 }));
  expect(screen.getByRole("timer").textContent).toContain("10:00");
});

function signedIn() {
  const session = createFakeSession();
  session.signIn();
  show(<p>page</p>, { session });
  return session;
}

function ask(session: ReturnType<typeof createFakeSession>): Promise<boolean> {
  let answer = Promise.resolve(false);
  act(() => void (answer = session.askToConfirm()));
  return answer;
}

function confirm(password: string) {
  fireEvent.input(screen.getByLabelText("Password"), { target: { value: password } });
  fireEvent.click(screen.getByRole("button", { name: "Confirm" }));
}
