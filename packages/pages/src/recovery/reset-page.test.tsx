import { fireEvent, screen, waitFor } from "@testing-library/react";
import { StrictMode } from "react";
import { afterEach, expect, test } from "vitest";

import { refusal } from "../test/fake-session.ts";
import { openAddress, openFragment, shownAddress } from "../test/open-address.ts";
import { show } from "../test/show.tsx";

import { ResetPage } from "./reset-page.tsx";

afterEach(() => openAddress("/"));

test.each([
  ["/password-reset/confirm#token=abc", "/password-reset/confirm"],
  ["/password-reset/confirm?token=abc", "/password-reset/confirm"],
  ["/password-reset/confirm?from=mail&token=abc", "/password-reset/confirm?from=mail"],
])("RST-13: opened as %s, the token leaves the address bar and is still used", async (opened, left) => {
  openAddress(opened);
  const steps = history.length;
  const { session } = show(
    <StrictMode>
      <ResetPage />
    </StrictMode>,
  );
  session.auth.resetPassword.mockResolvedValue();

  expect(shownAddress()).toBe(left);
  expect(history.length).toBe(steps);
  fill("three random words");

  await waitFor(() =>
    expect(session.auth.resetPassword.mock.calls).toEqual([[{ token: "abc", password: "three random words" }]]),
  );
});

test("RST-13: the page tells the browser to name its address to nobody", () => {
  openAddress("/password-reset/confirm#token=abc");
  show(<ResetPage />);

  expect(document.querySelector('meta[name="referrer"]')?.getAttribute("content")).toBe("no-referrer");
});

test("opening the page uses nothing up", () => {
  openAddress("/password-reset/confirm#token=abc");
  const { session } = show(<ResetPage />);

  expect(screen.getByRole("heading", { name: "Choose a new password" })).toBeTruthy();
  expect(session.auth.resetPassword).not.toHaveBeenCalled();
});

test("when it is done, the way on is to sign in", async () => {
  openAddress("/password-reset/confirm#token=abc");
  const { session } = show(<ResetPage />);
  session.auth.resetPassword.mockResolvedValue();

  fill("three random words");

  expect(await screen.findByRole("heading", { name: "Your password is changed" })).toBeTruthy();
  expect(screen.getByRole("link", { name: "Sign in" }).getAttribute("href")).toBe("/login");
  expect(screen.queryByLabelText("New password")).toBeNull();
});

test("RST-14: a password that is refused is named at its field, and the link can be used again", async () => {
  openAddress("/password-reset/confirm#token=abc");
  const { session } = show(<ResetPage />);
  session.auth.resetPassword.mockRejectedValueOnce(
    refusal({ code: "BAD_REQUEST", reason: "INVALID_FIELDS", fields: { password: ["Too short."] } }),
  );
  session.auth.resetPassword.mockResolvedValueOnce();

  fill("short");
  expect(await screen.findByText("Too short.")).toBeTruthy();
  fill("three random words");

  expect(await screen.findByRole("heading", { name: "Your password is changed" })).toBeTruthy();
  expect(session.auth.resetPassword.mock.lastCall).toEqual([{ token: "abc", password: "three random words" }]);
});

test("a link that does not work any more says so calmly and offers another; one opened after it works", async () => {
  openAddress("/password-reset/confirm#token=old");
  const { session } = show(<ResetPage />);
  session.auth.resetPassword.mockRejectedValueOnce(refusal({ code: "BAD_REQUEST", reason: "LINK_INVALID" }));
  session.auth.resetPassword.mockResolvedValueOnce();

  fill("three random words");
  expect(await screen.findByRole("heading", { name: "This link does not work any more" })).toBeTruthy();
  expect(screen.getByRole("link", { name: "Ask for a new link" }).getAttribute("href")).toBe("/password-reset");

  openFragment("#token=new");
  expect(shownAddress()).toBe("/password-reset/confirm");
  fill("three random words");
  expect(await screen.findByRole("heading", { name: "Your password is changed" })).toBeTruthy();
  expect(session.auth.resetPassword.mock.lastCall).toEqual([{ token: "new", password: "three random words" }]);
});

test("without a link there is no form, only the way to one", () => {
  openAddress("/password-reset/confirm");
  show(<ResetPage />);

  expect(screen.queryByLabelText("New password")).toBeNull();
  expect(screen.getByRole("link", { name: "Ask for a new link" })).toBeTruthy();
});

function fill(password: string) {
  fireEvent.input(screen.getByLabelText("New password"), { target: { value: password } });
  fireEvent.click(screen.getByRole("button", { name: "Set the password" }));
}
