import { act, fireEvent, screen, waitFor } from "@testing-library/react";
import { expect, test } from "vitest";

import { refusal } from "../test/fake-session.ts";
import { show } from "../test/show.tsx";

import { RegisterPage } from "./register-page.tsx";

test("the email is optional: left empty it is not sent", async () => {
  const { session } = show(<RegisterPage />);
  session.auth.register.mockResolvedValue({ user: null, next: "signed_in" });

  fill({ Username: "ann", Password: "three random words" });
  submit();
  await waitFor(() =>
    expect(session.auth.register).toHaveBeenLastCalledWith({ username: "ann", password: "three random words" }),
  );

  fill({ "Email Optional": "ann@example.com" });
  submit();
  await waitFor(() =>
    expect(session.auth.register).toHaveBeenLastCalledWith(expect.objectContaining({ email: "ann@example.com" })),
  );
});

test("what the server says of a field is shown at that field, and the first of them has the focus", async () => {
  const { session } = show(<RegisterPage />);
  session.auth.register.mockRejectedValue(
    refusal({
      code: "BAD_REQUEST",
      reason: "INVALID_FIELDS",
      fields: { password: ["Too short: at least 8 characters."], email: ["Not an address.", "Too odd."] },
    }),
  );

  fill({ Username: "ann", "Email Optional": "ann", Password: "x" });
  submit();

  const email = screen.getByLabelText("Email Optional");
  await waitFor(() => expect(email).toBe(document.activeElement));
  expect(screen.getByText("Not an address. Too odd.").id).toBe(email.getAttribute("aria-describedby")?.split(" ")[0]);
  expect(screen.getByText("Too short: at least 8 characters.")).toBeTruthy();
  expect(screen.getByLabelText<HTMLInputElement>("Password").value).toBe("x");
});

test("a refusal that names no field of the form is one line above it", async () => {
  const { session } = show(<RegisterPage />);
  session.auth.register.mockRejectedValue(
    refusal({ code: "BAD_REQUEST", reason: "INVALID_FIELDS", fields: { invitation: ["Missing."] } }),
  );

  fill({ Username: "ann", Password: "three random words" });
  submit();

  expect((await screen.findByRole("alert")).textContent).toBe("Some fields need another look.");
});

test("closed registration says so", async () => {
  const { session } = show(<RegisterPage />);
  session.auth.register.mockRejectedValue(refusal({ code: "FORBIDDEN", reason: "SIGN_UP_CLOSED" }));

  fill({ Username: "ann", Password: "three random words" });
  submit();

  expect((await screen.findByRole("alert")).textContent).toBe("New accounts are not accepted at the moment.");
});

test("RED-01: registering goes to the page asked for, and home when that is unsafe", () => {
  const safe = show(<RegisterPage next="/account" />);
  act(() => safe.session.signIn());
  expect(safe.navigate).toHaveBeenCalledWith("/account", { replace: true });
  safe.unmount();

  const unsafe = show(<RegisterPage next="//evil.example" />);
  act(() => unsafe.session.signIn());
  expect(unsafe.navigate).toHaveBeenCalledWith("/", { replace: true });
});

function fill(values: Record<string, string>) {
  for (const [label, value] of Object.entries(values)) {
    fireEvent.input(screen.getByLabelText(label), { target: { value } });
  }
}

function submit() {
  fireEvent.click(screen.getByRole("button", { name: /^Creat/ }));
}
