import { act, fireEvent, screen } from "@testing-library/react";
import { expect, test } from "vitest";

import { createFakeSession, refusal } from "../test/fake-session.ts";
import { show } from "../test/show.tsx";

import { LoginPage } from "./login-page.tsx";

test.each([
  ["username", "Username", "Enter your username."],
  ["email", "Email", "Enter your email address."],
  ["username,email", "Username or email", "Enter your username or email."],
] as const)("who signs in by %s is asked for the %s", (loginFields, label, missing) => {
  show(<LoginPage />, { site: { loginFields } });

  fireEvent.click(screen.getByRole("button", { name: "Sign in" }));

  expect(screen.getByLabelText(label)).toBeTruthy();
  expect(screen.getByText(missing)).toBeTruthy();
});

test("what the site does not offer is not linked to", () => {
  const { unmount } = show(<LoginPage />);
  expect(screen.getByRole("link", { name: "Forgot your password?" }).getAttribute("href")).toBe("/password-reset");
  expect(screen.getByRole("link", { name: "Create one" })).toBeTruthy();
  unmount();

  show(<LoginPage />, { site: { passwordReset: false, signUp: false } });
  expect(screen.queryByRole("link", { name: "Forgot your password?" })).toBeNull();
  expect(screen.queryByRole("link", { name: "Create one" })).toBeNull();
});

test("LOG-05: whose address is not confirmed is told so, with the way to another link", async () => {
  const { session } = show(<LoginPage />);
  session.auth.login.mockRejectedValue(refusal({ code: "FORBIDDEN", reason: "EMAIL_UNVERIFIED" }));

  fireEvent.input(screen.getByLabelText("Username"), { target: { value: "ann" } });
  fireEvent.input(screen.getByLabelText("Password"), { target: { value: "right" } });
  fireEvent.click(screen.getByRole("button", { name: "Sign in" }));

  expect(await screen.findByText(/not confirmed yet/)).toBeTruthy();
  expect(screen.getByRole("link", { name: "Send the link again" }).getAttribute("href")).toBe("/verify-email");
});

test("where the site cannot be asked what it allows, signing in works all the same", async () => {
  const session = createFakeSession();
  session.auth.config.mockRejectedValue(refusal({ code: "INTERNAL_SERVER_ERROR" }));
  show(<LoginPage />, { session, site: null });

  expect(await screen.findByLabelText("Username")).toBeTruthy();
});

test("while it is not known what the site allows, there is no form", () => {
  const session = createFakeSession();
  session.auth.config.mockReturnValue(new Promise(() => {}));
  show(<LoginPage />, { session, site: null });

  expect(screen.queryByLabelText("Password")).toBeNull();
});

test("where to go after signing in is the app's to say, and so is whether to go at all", () => {
  const leaving = show(<LoginPage />, { settings: { afterLogin: "/dashboard" } });
  act(() => leaving.session.signIn());
  expect(leaving.navigate.mock.calls).toEqual([["/dashboard", { replace: true }]]);
  leaving.unmount();

  const staying = show(<LoginPage />, { settings: { leaveWhenSignedIn: false } });
  act(() => staying.session.signIn());
  expect(staying.navigate).not.toHaveBeenCalled();
  expect(screen.getByLabelText("Password")).toBeTruthy();
});
