import { fireEvent, screen } from "@testing-library/react";
import { afterEach, expect, test } from "vitest";

import { refusal } from "../test/fake-session.ts";
import { openAddress } from "../test/open-address.ts";
import { show } from "../test/show.tsx";

import { ConfirmEmailPage } from "./confirm-email-page.tsx";
import { RevertEmailPage } from "./revert-email-page.tsx";

afterEach(() => openAddress("/"));

test("EML-02: the link to a new address changes it when pressed, not when opened", async () => {
  openAddress("/account/email/confirm#token=new-address");
  const { session } = show(<ConfirmEmailPage />);
  session.account.confirmEmailChange.mockResolvedValue();
  expect(session.account.confirmEmailChange).not.toHaveBeenCalled();

  fireEvent.click(screen.getByRole("button", { name: "Use this address" }));

  expect(await screen.findByRole("heading", { name: "Your email address is changed" })).toBeTruthy();
  expect(session.account.confirmEmailChange.mock.calls).toEqual([["new-address"]]);
  expect(session.account.revertEmailChange).not.toHaveBeenCalled();
});

test("EML-08: the way back for the old address undoes the change, and leads to a new password", async () => {
  openAddress("/account/email/revert#token=old-address");
  const { session } = show(<RevertEmailPage />);
  session.account.revertEmailChange.mockResolvedValue();

  fireEvent.click(screen.getByRole("button", { name: "Undo the change" }));

  expect(await screen.findByRole("heading", { name: "The change is undone" })).toBeTruthy();
  expect(session.account.revertEmailChange.mock.calls).toEqual([["old-address"]]);
  expect(screen.getByRole("link", { name: "Choose a new password" }).getAttribute("href")).toBe("/password-reset");
});

test("EML-04: a link that does not work leaves everything as it is, and says so", async () => {
  openAddress("/account/email/confirm#token=used");
  const { session } = show(<ConfirmEmailPage />);
  session.account.confirmEmailChange.mockRejectedValue(refusal({ code: "BAD_REQUEST", reason: "LINK_INVALID" }));

  fireEvent.click(screen.getByRole("button", { name: "Use this address" }));

  expect(await screen.findByText(/Your email address is unchanged/)).toBeTruthy();
});
