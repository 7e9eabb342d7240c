import { act, screen } from "@testing-library/react";
import { afterEach, expect, test, vi } from "vitest";

import { createFakeSession } from "../test/fake-session.ts";
import { show } from "../test/show.tsx";

const ann = { id: "1", username: "ann" };
const bert = { id: "2", username: "bert" };
const news = "You are now signed in as bert.";

afterEach(() => vi.restoreAllMocks());

test("a tab that showed somebody else says who is signed in since another tab did that", () => {
  const { session, become } = showTab();
  become(ann, false);
  become({ ...ann, version: 2 }, false);
  expect(document.querySelector(".cs-toast")).toBeNull();

  act(() => session.load());
  become(bert, false);
  expect(screen.getByText(news)).toBeTruthy();
});

test("it says so also when the one before had signed out, but not of the same one who comes back", () => {
  const { session, become } = showTab();
  become(ann, false);
  act(() => session.signOut("signed_out"));
  become(ann, false);
  expect(document.querySelector(".cs-toast")).toBeNull();

  act(() => session.signOut("signed_out"));
  become(bert, false);
  expect(screen.getByText(news)).toBeTruthy();
});

test("who signs in here is not told what they have just done", () => {
  const { session, become } = showTab();
  become(ann, true);
  act(() => session.signOut("signed_out"));
  become(bert, true);

  expect(document.querySelector(".cs-toast")).toBeNull();
});

test("a tab in the background says it when it comes to the front", () => {
  const { become } = showTab();
  become(ann, false);
  const visibility = vi.spyOn(document, "visibilityState", "get").mockReturnValue("hidden");
  become(bert, false);
  expect(screen.queryByText(news)).toBeNull();

  visibility.mockReturnValue("visible");
  act(() => void document.dispatchEvent(new Event("visibilitychange")));
  act(() => void document.dispatchEvent(new Event("visibilitychange")));
  expect(screen.getAllByText(news)).toHaveLength(1);
});

function showTab() {
  const session = createFakeSession();
  show(<p>Page</p>, { session });
  return {
    session,
    become: (user: Parameters<typeof session.signIn>[0], isOwn: boolean) =>
      act(() => {
        session.signIn(user);
        session.tell("signed-in", isOwn);
      }),
  };
}
