import { act, fireEvent, screen, waitFor } from "@testing-library/react";
import { expect, test } from "vitest";

import type { SessionEndReason } from "@countersign/contract";

import { createFakeSession, refusal } from "../test/fake-session.ts";
import { show } from "../test/show.tsx";

import { LoginPage } from "./login-page.tsx";

const wrong = refusal({ code: "UNAUTHORIZED", reason: "INVALID_CREDENTIALS" });

test("what was typed is sent as it is: the name trimmed, the password not", async () => {
  const { session } = show(<LoginPage />);
  session.auth.login.mockResolvedValue({ user: {} as never });

  fill(" ann ", " a b ");
  fireEvent.click(screen.getByLabelText("Keep me signed in"));
  submit();

  await waitFor(() =>
    expect(session.auth.login).toHaveBeenCalledWith({ login: "ann", password: " a b ", remember: true }),
  );
});

test("LOG-07: missing fields are named in their places, nothing is sent, and the first has the focus", () => {
  const { session } = show(<LoginPage />);

  submit();

  expect(nameInput()).toBe(document.activeElement);
  expect(nameInput().getAttribute("aria-invalid")).toBe("true");
  expect(descriptionOf(nameInput())).toBe("Enter your username.");
  expect(descriptionOf(passwordInput())).toBe("Enter your password.");
  expect(session.auth.login).not.toHaveBeenCalled();

  fireEvent.input(nameInput(), { target: { value: "ann" } });
  expect(nameInput().getAttribute("aria-invalid")).toBeNull();
  expect(descriptionOf(passwordInput())).toBe("Enter your password.");
});

test("LOG-02: a refusal is one calm line that is read out; the text stays and the password has the focus", async () => {
  const { session } = show(<LoginPage />);
  session.auth.login.mockRejectedValue(wrong);

  fill("ann", "nonsense");
  submit();

  expect((await screen.findByRole("alert")).textContent).toBe("That name and password do not match.");
  expect([nameInput().value, passwordInput().value]).toEqual(["ann", "nonsense"]);
  expect(passwordInput()).toBe(document.activeElement);
});

test("while signing in the form does not send twice and loses no text", async () => {
  const answer = Promise.withResolvers<never>();
  const { session } = show(<LoginPage />);
  session.auth.login.mockReturnValue(answer.promise);

  fill("ann", "right");
  submit();
  await screen.findByRole("button", { name: "Signing in…" });
  fireEvent.submit(nameInput());
  submit("Signing in…");

  expect(session.auth.login).toHaveBeenCalledTimes(1);
  expect(passwordInput().value).toBe("right");
  await act(async () => answer.reject(wrong));
  expect(screen.getByRole("button", { name: "Sign in" }).getAttribute("aria-busy")).toBeNull();
});

test("a rate limit says how long to wait", async () => {
  const { session } = show(<LoginPage />);
  session.auth.login.mockRejectedValue(
    refusal({ code: "TOO_MANY_REQUESTS", reason: "RATE_LIMITED", retryAfterSeconds: 60 }),
  );

  fill("ann", "x");
  submit();

  expect((await screen.findByRole("alert")).textContent).toContain("Try again in 60 seconds.");
});

test("a shown password is hidden again when the form is sent", () => {
  show(<LoginPage />);
  fireEvent.click(screen.getByRole("button", { name: "Show password" }));
  expect(passwordInput().type).toBe("text");

  submit();

  expect(passwordInput().type).toBe("password");
});

test.each([
  ["/notes?tag=a%20b", "/notes?tag=a%20b"],
  ["/view/?param=http://example.com", "/view/?param=http://example.com"],
  ["//evil.example", "/"],
  ["/\\evil.example", "/"],
  ["https://evil.example/", "/"],
  ["javascript:alert(1)", "/"],
  ["java\nscript:alert(1)", "/"],
  [undefined, "/"],
  [["/notes"], "/"],
])(
  "RED-01, RED-02: after signing in with next=%j the person is at %s, with no way back to the form",
  async (next, target) => {
    const session = createFakeSession();
    const { navigate } = show(<LoginPage next={next} />, { session });
    expect(navigate).not.toHaveBeenCalled();

    act(() => session.signIn());

    expect(navigate.mock.calls).toEqual([[target, { replace: true }]]);
  },
);

test("a visitor who is signed in already is sent on and never sees the form", () => {
  const session = createFakeSession();
  session.signIn();
  const { navigate } = show(<LoginPage next="/account" />, { session });

  expect(navigate).toHaveBeenCalledWith("/account", { replace: true });
  expect(screen.queryByLabelText("Password")).toBeNull();
});

test("while it is not known who is there, there is neither the form nor a redirect", () => {
  const session = createFakeSession();
  session.load();
  const { navigate } = show(<LoginPage />, { session });
  expect(screen.queryByLabelText("Password")).toBeNull();
  expect(screen.queryByRole("heading")).toBeNull();

  act(() => session.signOut(null));

  expect(screen.getByRole("heading", { level: 1 }).textContent).toBe("Sign in");
  expect(navigate).not.toHaveBeenCalled();
  expect(document.title).toBe("Sign in · Countersign");
});

test.each<[SessionEndReason, string]>([
  ["expired", "Your session has expired. Sign in again to go on."],
  ["signed_out_elsewhere", "You were signed out from another device."],
  ["deactivated", "This account is no longer active."],
])("whose session ended by %s reads why", (reason, text) => {
  const session = createFakeSession();
  session.signOut(reason);
  show(<LoginPage />, { session });

  expect(screen.getByText(text)).toBeTruthy();
});

test("the line below leads to registration and takes the way back along", () => {
  show(<LoginPage next="/account" />);

  const link = screen.getByRole("link", { name: "Create one" });

  expect(link.getAttribute("href")).toBe("/register?next=%2Faccount");
});

test("texts, brand and slots are the app's to change", () => {
  show(<LoginPage foot={null} afterForm={<p>Or use your badge.</p>} />, {
    brand: { name: "Depot" },
    messages: { login: { title: "Welcome back" } },
  });

  expect(screen.getByRole("heading", { name: "Welcome back" })).toBeTruthy();
  expect(screen.getByText("Or use your badge.")).toBeTruthy();
  expect(screen.queryByText("No account yet?")).toBeNull();
  expect(document.title).toBe("Welcome back · Depot");
});

function nameInput() {
  return screen.getByLabelText<HTMLInputElement>("Username");
}

function passwordInput() {
  return screen.getByLabelText<HTMLInputElement>("Password");
}

function fill(login: string, password: string) {
  fireEvent.input(nameInput(), { target: { value: login } });
  fireEvent.input(passwordInput(), { target: { value: password } });
}

function submit(name = "Sign in") {
  fireEvent.click(screen.getByRole("button", { name }));
}

function descriptionOf(input: HTMLInputElement) {
  const ids = input.getAttribute("aria-describedby")?.split(" ") ?? [];
  return ids.map((id) => document.getElementById(id)?.textContent).join(" ");
}
