import { act, fireEvent, screen, waitFor } from "@testing-library/react";
import { beforeEach, expect, test } from "vitest";

import type { PendingSignIn } from "@countersign/contract";

import { createFakeSession, refusal } from "../test/fake-session.ts";
import { openAddress } from "../test/open-address.ts";
import { show, type ShowOptions } from "../test/show.tsx";

import { ContinuePage } from "./continue-page.tsx";

const provider = { name: "works", label: "The Works" };
const confirmStep: PendingSignIn = { step: "confirm", provider, username: "ann", email: null, emailRequired: false };
const completeStep: PendingSignIn = { step: "complete", provider, username: "nina", email: null, emailRequired: true };

beforeEach(() => openAddress("/auth/continue?t=visit-1"));

test("a new account gets the name that is offered and the address that is asked for, and the person goes on", async () => {
  const { session, navigate } = showStep(completeStep);
  session.auth.oidc.complete.mockResolvedValue({ user: {} as never, next: "signed_in", to: "/notes" });
  const name = await screen.findByLabelText<HTMLInputElement>("Username");
  expect(name.value).toBe("nina");

  fireEvent.click(screen.getByRole("button", { name: "Create account" }));
  expect(screen.getByText("Enter your email address.")).toBeTruthy();
  fireEvent.input(screen.getByLabelText("Email"), { target: { value: " nina@example.com " } });
  fireEvent.click(screen.getByRole("button", { name: "Create account" }));

  await waitFor(() => expect(navigate.mock.calls).toEqual([["/notes", { replace: true }]]));
  // Signing in makes the page read anew what it shows; what was asked is used up.
  act(() => session.tell("signed-in", true));
  expect(session.auth.oidc.pending.mock.calls).toEqual([["visit-1"]]);
  expect(session.auth.oidc.complete.mock.calls).toEqual([
    [{ id: "visit-1", username: "nina", email: "nina@example.com" }],
  ]);
});

test("an address that came with it is shown and not asked for; a name that is taken is said at its field", async () => {
  const { session } = showStep({ ...completeStep, email: "nina@example.com" });
  session.auth.oidc.complete.mockRejectedValue(
    refusal({ code: "BAD_REQUEST", reason: "INVALID_FIELDS", fields: { username: ["This username is taken."] } }),
  );

  fireEvent.click(await screen.findByRole("button", { name: "Create account" }));

  expect(await screen.findByText("This username is taken.")).toBeTruthy();
  expect(screen.getByLabelText("Username")).toBe(document.activeElement);
  expect(screen.queryByLabelText("Email")).toBeNull();
  expect(screen.getByText(/nina@example.com/)).toBeTruthy();
  expect(session.auth.oidc.complete.mock.calls).toEqual([[{ id: "visit-1", username: "nina" }]]);
});

test("an account that waits for its address says where the mail went, also after a reload", async () => {
  const { session, unmount } = showStep(completeStep);
  session.auth.oidc.complete.mockResolvedValue({ user: null, next: "verify_email", to: "/" });
  fireEvent.input(await screen.findByLabelText("Email"), { target: { value: "nina@example.com" } });
  fireEvent.click(screen.getByRole("button", { name: "Create account" }));
  expect(await screen.findByRole("heading", { name: "Check your email" })).toBeTruthy();
  unmount();

  const again = createFakeSession();
  again.auth.oidc.pending.mockRejectedValue(refusal({ code: "BAD_REQUEST", reason: "SIGN_IN_LINK_INVALID" }));
  show(<ContinuePage />, { session: again });
  expect(screen.getByText(/nina@example.com/)).toBeTruthy();
});

test("the account with the same address is named and its password asked for; a wrong one is said as that", async () => {
  const { session, navigate } = showStep(confirmStep);
  session.auth.oidc.confirm.mockRejectedValueOnce(refusal({ code: "UNAUTHORIZED", reason: "INVALID_CREDENTIALS" }));
  session.auth.oidc.confirm.mockResolvedValueOnce({ user: {} as never, to: "//evil.example" });
  const password = await screen.findByLabelText<HTMLInputElement>("Password");
  expect(screen.getByText(/“ann”/)).toBeTruthy();

  fireEvent.input(password, { target: { value: "wrong" } });
  fireEvent.click(screen.getByRole("button", { name: "Connect and sign in" }));
  expect((await screen.findByRole("alert")).textContent).toBe("That is not the password of this account.");
  fireEvent.input(password, { target: { value: " right " } });
  fireEvent.click(screen.getByRole("button", { name: "Connect and sign in" }));

  await waitFor(() => expect(navigate.mock.calls).toEqual([["/", { replace: true }]]));
  expect(session.auth.oidc.confirm.mock.calls.at(-1)).toEqual([{ id: "visit-1", password: " right " }]);
});

test("who gives up is led back to the login page, and what the provider said is forgotten", async () => {
  const { session, navigate } = showStep(confirmStep);
  session.auth.oidc.cancel.mockRejectedValue(refusal({ code: "SERVICE_UNAVAILABLE" }));

  fireEvent.click(await screen.findByRole("button", { name: "Cancel" }));

  await waitFor(() => expect(navigate.mock.calls).toEqual([["/login", { replace: true }]]));
  expect(session.auth.oidc.cancel.mock.calls).toEqual([["visit-1"]]);
});

test.each([
  ["/auth/continue?t=visit-1", "SIGN_IN_LINK_INVALID"],
  ["/auth/continue", null],
  ["/auth/continue?t=", null],
])("%s: a visit that is over or none says to begin again, and asks for nothing", async (address, reason) => {
  openAddress(address);
  const session = createFakeSession();
  session.auth.oidc.pending.mockRejectedValue(refusal({ code: "BAD_REQUEST", reason: "SIGN_IN_LINK_INVALID" }));
  show(<ContinuePage />, { session });

  expect(await screen.findByRole("heading", { name: "This sign-in does not work any more" })).toBeTruthy();
  expect(screen.getByRole("link", { name: "Back to sign in" })).toBeTruthy();
  expect(screen.queryByRole("textbox")).toBeNull();
  expect(session.auth.oidc.pending.mock.calls.length).toBe(reason === null ? 0 : 1);
});

test("when it cannot be asked what is missing, it says so and asks again when told to", async () => {
  const session = createFakeSession();
  session.auth.oidc.pending.mockRejectedValueOnce(refusal({ code: "SERVICE_UNAVAILABLE", reason: "UNAVAILABLE" }));
  session.auth.oidc.pending.mockResolvedValueOnce(confirmStep);
  show(<ContinuePage />, { session });

  fireEvent.click(await screen.findByRole("button", { name: "Try again" }));

  expect(await screen.findByLabelText("Password")).toBeTruthy();
});

function showStep(step: PendingSignIn, options: ShowOptions = {}) {
  const session = createFakeSession();
  session.auth.oidc.pending.mockResolvedValue(step);
  return show(<ContinuePage />, { session, ...options });
}
