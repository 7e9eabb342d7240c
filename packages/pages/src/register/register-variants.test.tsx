import { act, fireEvent, screen, waitFor } from "@testing-library/react";
import { afterEach, expect, test, vi } from "vitest";

import { refusal } from "../test/fake-session.ts";
import { show } from "../test/show.tsx";

import { RegisterPage } from "./register-page.tsx";

afterEach(() => void vi.useRealTimers());

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

test("REG: a reload keeps what was said of the mail, with nothing of it in the address or in storage; one can begin again", async () => {
  const site = { emailRequired: true, emailVerification: "required" } as const;
  const before = show(<RegisterPage />, { site });
  before.session.auth.register.mockResolvedValue({ user: null, next: "verify_email" });
  register({ Username: "ann", Email: "ann@example.com", Password: "three random words" });
  await screen.findByRole("heading", { name: "Check your email" });
  before.unmount();

  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "Date"] });
  const after = show(<RegisterPage />, { site });
  expect(screen.getByText(/If ann@example.com can be used/)).toBeTruthy();
  expect(location.href).not.toContain("ann");
  expect([localStorage.length, sessionStorage.length]).toEqual([0, 0]);
  for (let second = 0; second < 30; second += 1) act(() => void vi.advanceTimersByTime(1000));
  fireEvent.click(screen.getByRole("button", { name: "Send it again" }));
  expect(after.session.auth.resendVerification.mock.calls).toEqual([["ann@example.com", "ann"]]);

  fireEvent.click(screen.getByRole("button", { name: "Use another address" }));
  expect(screen.getByLabelText("Username")).toBeTruthy();
  after.unmount();
  const last = show(<RegisterPage />, { site });
  expect(screen.getByLabelText("Username")).toBeTruthy();
  last.unmount();
});

test("what was said is forgotten after an hour, and what an older page kept is no reason to fail", async () => {
  const first = show(<RegisterPage />, { site: { emailRequired: true, emailVerification: "required" } });
  first.session.auth.register.mockResolvedValue({ user: null, next: "verify_email" });
  register({ Username: "ann", Email: "ann@example.com", Password: "three random words" });
  await screen.findByRole("heading", { name: "Check your email" });
  first.unmount();

  vi.useFakeTimers({ toFake: ["Date"], now: Date.now() + 60 * 60 * 1000 });
  const second = show(<RegisterPage />);
  expect(screen.getByLabelText("Username")).toBeTruthy();
  second.unmount();

  for (const odd of ["text", { register: 1 }, { register: { step: { next: "check_mail" }, at: Date.now() } }]) {
    history.replaceState({ countersign: odd }, "");
    const page = show(<RegisterPage />);
    expect(screen.getByLabelText("Username")).toBeTruthy();
    page.unmount();
  }
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
