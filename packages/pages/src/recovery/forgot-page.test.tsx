import { fireEvent, screen, waitFor } from "@testing-library/react";
import { expect, test } from "vitest";

import { refusal } from "../test/fake-session.ts";
import { show } from "../test/show.tsx";

import { ForgotPage } from "./forgot-page.tsx";

test("RST-02: what is said afterwards does not depend on whether there is such an account", async () => {
  const { session } = show(<ForgotPage />);
  session.auth.requestPasswordReset.mockResolvedValue();

  fill(" ann@example.com ");
  submit();

  expect((await screen.findByText(/belongs to an account/)).textContent).toBe(
    "If ann@example.com belongs to an account, a link to a new password is on its way there.",
  );
  expect(session.auth.requestPasswordReset.mock.calls).toEqual([["ann@example.com"]]);
  expect(screen.queryByLabelText("Email")).toBeNull();
});

test("another address can be tried, and a reload in between keeps what was said", async () => {
  const { session, unmount } = show(<ForgotPage />);
  session.auth.requestPasswordReset.mockResolvedValue();
  fill("ann@example.com");
  submit();

  await screen.findByText(/belongs to an account/);
  unmount();
  show(<ForgotPage />);

  fireEvent.click(screen.getByRole("button", { name: "Try another address" }));

  expect(screen.getByLabelText("Email")).toBeTruthy();
});

test("nothing is sent without an address, and the field says what to do", () => {
  const { session } = show(<ForgotPage />);

  submit();

  expect(screen.getByText("Enter your email address.")).toBeTruthy();
  expect(screen.getByLabelText("Email")).toBe(document.activeElement);
  expect(session.auth.requestPasswordReset).not.toHaveBeenCalled();
});

test("too many attempts say how long to wait, and the address stays", async () => {
  const { session } = show(<ForgotPage />);
  session.auth.requestPasswordReset.mockRejectedValue(
    refusal({ code: "TOO_MANY_REQUESTS", reason: "RATE_LIMITED", retryAfterSeconds: 600 }),
  );

  fill("ann@example.com");
  submit();

  expect((await screen.findByRole("alert")).textContent).toContain("10 minutes");
  await waitFor(() => expect(screen.getByLabelText<HTMLInputElement>("Email").value).toBe("ann@example.com"));
});

test("where passwords are not reset, the page says so and has no form", () => {
  show(<ForgotPage />, { site: { passwordReset: false } });

  expect(screen.getByRole("heading", { name: "Passwords are not reset here" })).toBeTruthy();
  expect(screen.queryByRole("button", { name: "Send the link" })).toBeNull();
});

function fill(email: string) {
  fireEvent.input(screen.getByLabelText("Email"), { target: { value: email } });
}

function submit() {
  fireEvent.click(screen.getByRole("button", { name: "Send the link" }));
}
