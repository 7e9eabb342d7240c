import { fireEvent, screen, waitFor } from "@testing-library/react";
import { expect, test } from "vitest";

import { refusal } from "../test/fake-session.ts";
import { show } from "../test/show.tsx";

import { RegisterPage } from "./register-page.tsx";

test("where sign-up is closed there is no form, but the way to sign in", () => {
  show(<RegisterPage next="/notes" />, { site: { signUp: false } });

  expect(screen.getByRole("heading", { name: "New accounts are not accepted" })).toBeTruthy();
  expect(screen.queryByLabelText("Username")).toBeNull();
  expect(screen.getByRole("link", { name: "Sign in" }).getAttribute("href")).toBe("/login?next=%2Fnotes");
});

test("where an address is required, it is not called optional, and nothing is sent without one", () => {
  const { session } = show(<RegisterPage />, { site: { emailRequired: true } });
  expect(screen.queryByText("Optional")).toBeNull();

  register({ Username: "ann", Password: "three random words" });

  expect(screen.getByText("Enter your email address.")).toBeTruthy();
  expect(session.auth.register).not.toHaveBeenCalled();
});

test("REG: an account that waits for its address leads to the mail, in words that tell nothing of the address", async () => {
  const { session } = show(<RegisterPage beforeForm={<p>For newcomers</p>} />, {
    site: { emailRequired: true, emailVerification: "required" },
  });
  session.auth.register.mockResolvedValue({ user: null, next: "verify_email" });
  expect(screen.getByText("For newcomers")).toBeTruthy();

  register({ Username: "ann", Email: "ann@example.com", Password: "three random words" });

  expect(await screen.findByRole("heading", { name: "Check your email" })).toBeTruthy();
  expect(screen.getByText(/If ann@example.com can be used/)).toBeTruthy();
  expect(screen.queryByLabelText("Password")).toBeNull();
  expect(screen.queryByText("For newcomers")).toBeNull();
  expect(screen.getByRole("link", { name: "Back to sign in" }).getAttribute("href")).toBe("/login");
});

test("an account that is not signed in by its making leads to the login page", async () => {
  const { session } = show(<RegisterPage />, { site: { signInAfterSignUp: false } });
  session.auth.register.mockResolvedValue({ user: null, next: "sign_in" });

  register({ Username: "ann", Password: "three random words" });

  expect(await screen.findByRole("heading", { name: "Your account is ready" })).toBeTruthy();
  expect(screen.getByRole("link", { name: "Sign in" }).getAttribute("href")).toBe("/login");
});

test("how long a password must be is the site's to say", () => {
  show(<RegisterPage />, { site: { passwordMinLength: 15 } });

  expect(screen.getByText(/^At least 15 characters/)).toBeTruthy();
});

test("sign-up that was closed meanwhile is said at the form", async () => {
  const { session } = show(<RegisterPage />);
  session.auth.register.mockRejectedValue(refusal({ code: "FORBIDDEN", reason: "SIGN_UP_CLOSED" }));

  register({ Username: "ann", Password: "three random words" });

  await waitFor(() => expect(screen.getByRole("alert").textContent).toContain("not accepted"));
});

function register(values: Record<string, string>) {
  for (const [label, value] of Object.entries(values)) {
    fireEvent.input(screen.getByLabelText(label), { target: { value } });
  }
  fireEvent.click(screen.getByRole("button", { name: "Create account" }));
}
