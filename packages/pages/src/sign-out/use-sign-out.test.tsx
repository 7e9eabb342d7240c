import { fireEvent, screen, waitFor } from "@testing-library/react";
import { expect, test } from "vitest";

import { refusal } from "../test/fake-session.ts";
import { show } from "../test/show.tsx";

import { useSignOut } from "./use-sign-out.ts";

test("signing out leads to the login page, with no way back to this one", async () => {
  const { session, navigate } = show(<SignOutButton />);
  session.auth.logout.mockResolvedValue();

  fireEvent.click(screen.getByText("Sign out"));

  await waitFor(() => expect(navigate).toHaveBeenCalledWith("/login", { replace: true }));
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
