import { act, fireEvent, screen, waitFor } from "@testing-library/react";
import { afterEach, beforeEach, expect, test, vi } from "vitest";

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
