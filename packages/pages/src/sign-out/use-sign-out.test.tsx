import { act, fireEvent, screen, waitFor } from "@testing-library/react";
import { expect, test, vi } from "vitest";

import { refusal } from "../test/fake-session.ts";
import { show } from "../test/show.tsx";

import { useSignOut } from "./use-sign-out.ts";

test("signing out leads to the login page, with no way back to this one", async () => {
  const { session, navigate } = show(<SignOutButton />);
  session.auth.logout.mockResolvedValue({ redirectTo: null });

  fireEvent.click(screen.getByText("Sign out"));

  await waitFor(() => expect(navigate).toHaveBeenCalledWith("/login", { replace: true }));
});

test("who came from a provider that is told goes there, and of the page that ended nothing is left to be seen", async () => {
  const onLeave = vi.fn<(url: string) => void>();
  const { session, navigate } = show(<SignOutButton />, { onLeave });
  session.auth.logout.mockResolvedValue({ redirectTo: "https://idp.example/end?state=x" });

  fireEvent.click(screen.getByText("Sign out"));

  await waitFor(() => expect(onLeave.mock.calls).toEqual([["https://idp.example/end?state=x"]]));
  expect(navigate).not.toHaveBeenCalled();
  expect(screen.queryByText("Sign out")).toBeNull();
  // The browser's back button brings the page as it was left.
  act(() => void window.dispatchEvent(new Event("pageshow")));
  expect(screen.getByText("Sign out")).toBeTruthy();
});

test("when the server cannot be told, it says so and stays", async () => {
  const { session, navigate } = show(<SignOutButton />);
  session.auth.logout.mockRejectedValue(refusal({ code: "SERVICE_UNAVAILABLE" }));

  fireEvent.click(screen.getByText("Sign out"));

  expect(await screen.findByText(/^You could not be signed out/)).toBeTruthy();
  expect(navigate).not.toHaveBeenCalled();
});

function SignOutButton() {
  const { signOut } = useSignOut();
  return (
    <button type="button" onClick={signOut}>
      Sign out
    </button>
  );
}
