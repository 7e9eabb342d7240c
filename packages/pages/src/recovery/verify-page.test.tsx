import { act, fireEvent, screen, waitFor } from "@testing-library/react";
import { afterEach, beforeEach, expect, test, vi } from "vitest";

import type { LinkDescription } from "@countersign/contract";

import { createFakeSession, refusal } from "../test/fake-session.ts";
import { openAddress, shownAddress } from "../test/open-address.ts";
import { show } from "../test/show.tsx";

import { VerifyPage } from "./verify-page.tsx";

beforeEach(() => openAddress("/verify-email#token=abc"));
afterEach(() => {
  openAddress("/");
  vi.useRealTimers();
});

test("EML-01: opening the link uses nothing up; one press does, and a second press while it is sent does nothing", async () => {
  const answer = Promise.withResolvers<void>();
  const { session } = show(<VerifyPage />);
  screen.getByRole("button", { name: "Confirm" }).focus();
  session.auth.verifyEmail.mockReturnValue(answer.promise);
  expect(shownAddress()).toBe("/verify-email");
  expect(session.auth.verifyEmail).not.toHaveBeenCalled();

  fireEvent.click(screen.getByRole("button", { name: "Confirm" }));
  fireEvent.click(await screen.findByRole("button", { name: "Confirming…" }));
  await act(async () => answer.resolve());

  const heading = screen.getByRole("heading", { name: "Your email address is confirmed" });
  expect(heading).toBe(document.activeElement);
  expect(session.auth.verifyEmail.mock.calls).toEqual([["abc"]]);
});

test("whoever is signed in goes on; whoever is not, signs in", async () => {
  const session = createFakeSession();
  session.auth.verifyEmail.mockResolvedValue();
  show(<VerifyPage />, { session });
  fireEvent.click(screen.getByRole("button", { name: "Confirm" }));
  expect((await screen.findByRole("link", { name: "Sign in" })).getAttribute("href")).toBe("/login");

  act(() => session.signIn());

  expect(screen.getByRole("link", { name: "Go on" }).getAttribute("href")).toBe("/");
});

test("EML-01: a link that was used says so calmly, and another can be asked for", async () => {
  const { session } = show(<VerifyPage />);
  session.auth.verifyEmail.mockRejectedValue(refusal({ code: "BAD_REQUEST", reason: "LINK_INVALID" }));
  session.auth.resendVerification.mockResolvedValue();
  fireEvent.click(screen.getByRole("button", { name: "Confirm" }));
  expect(await screen.findByRole("heading", { name: "This link does not work any more" })).toBeTruthy();
  expect(screen.queryByRole("alert")).toBeNull();

  fireEvent.input(screen.getByLabelText("Email"), { target: { value: "ann@example.com" } });
  fireEvent.click(screen.getByRole("button", { name: "Send the link" }));

  await waitFor(() => expect(session.auth.resendVerification.mock.calls).toEqual([["ann@example.com"]]));
  expect(await screen.findByText(/If ann@example.com can be used/)).toBeTruthy();
});

test("EML-10: whose account it is, and who loses the address by it, is told before anything is pressed", async () => {
  const session = createFakeSession();
  session.auth.describeLink.mockResolvedValue(about({ username: "Anna2", takenFrom: "anna" }));
  show(<VerifyPage />, { session });

  expect(await screen.findByText("It is for the account “Anna2”.")).toBeTruthy();
  expect(screen.getByText("The account “anna” loses anna@example.com by it.")).toBeTruthy();
  expect(session.auth.describeLink.mock.calls).toEqual([[{ token: "abc", purpose: "verify" }]]);
  expect(screen.getByRole("button", { name: "Confirm" })).toBeTruthy();

  // The same in the browser of the account that would lose it: nothing to press.
  act(() => session.signIn({ username: "anna" }));
  expect(screen.getByText(/You are signed in as “anna”, the account that would lose/)).toBeTruthy();
  expect(screen.queryByRole("button", { name: "Confirm" })).toBeNull();
  expect(session.auth.verifyEmail).not.toHaveBeenCalled();
});

test("a link that works only for who is signed in as its account leads to the login page", async () => {
  const session = createFakeSession();
  session.auth.describeLink.mockResolvedValue(about({ username: "anna", mustSignIn: true }));
  show(<VerifyPage />, { session });

  expect(await screen.findByText("Sign in as “anna” first, then open the link in the mail again.")).toBeTruthy();
  expect(screen.queryByRole("button", { name: "Confirm" })).toBeNull();
  expect(screen.getByRole("link", { name: "Sign in" }).getAttribute("href")).toBe("/login");
});

test("a link that does not work is told as it is opened", async () => {
  const session = createFakeSession();
  session.auth.describeLink.mockRejectedValue(refusal({ code: "BAD_REQUEST", reason: "LINK_INVALID" }));
  show(<VerifyPage />, { session });

  expect(await screen.findByRole("heading", { name: "This link does not work any more" })).toBeTruthy();
  expect(session.auth.verifyEmail).not.toHaveBeenCalled();
});

test("what goes wrong on the way is said, and the link can be tried again", async () => {
  const { session } = show(<VerifyPage />);
  session.auth.verifyEmail.mockRejectedValueOnce(refusal({ code: "SERVICE_UNAVAILABLE", reason: "UNAVAILABLE" }));
  session.auth.verifyEmail.mockResolvedValueOnce();

  fireEvent.click(screen.getByRole("button", { name: "Confirm" }));
  expect((await screen.findByRole("alert")).textContent).toContain("Nothing was changed");
  fireEvent.click(screen.getByRole("button", { name: "Confirm" }));

  expect(await screen.findByRole("heading", { name: "Your email address is confirmed" })).toBeTruthy();
});

test("the link can be sent again, but not before half a minute has passed", async () => {
  vi.useFakeTimers();
  openAddress("/verify-email");
  const { session } = show(<VerifyPage />);
  session.auth.resendVerification.mockResolvedValue();
  fireEvent.input(screen.getByLabelText("Email"), { target: { value: "ann@example.com" } });
  await act(async () => fireEvent.click(screen.getByRole("button", { name: "Send the link" })));

  expect(screen.getByRole<HTMLButtonElement>("button", { name: "Send it again in 0:30" }).disabled).toBe(true);
  for (let second = 0; second < 29; second += 1) await act(async () => vi.advanceTimersByTimeAsync(1000));
  expect(screen.getByRole<HTMLButtonElement>("button", { name: "Send it again in 0:01" }).disabled).toBe(true);
  await act(async () => vi.advanceTimersByTimeAsync(1000));

  await act(async () => fireEvent.click(screen.getByRole("button", { name: "Send it again" })));
  expect(session.auth.resendVerification).toHaveBeenCalledTimes(2);
  expect(screen.getByText("It is on its way again.")).toBeTruthy();
});

function about(change: Partial<LinkDescription>): LinkDescription {
  return { username: "ann", email: "anna@example.com", takenFrom: null, mustSignIn: false, ...change };
}
