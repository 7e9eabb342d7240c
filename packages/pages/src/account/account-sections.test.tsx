import { act, fireEvent, screen, waitFor, within } from "@testing-library/react";
import { expect, test } from "vitest";

import { annsProfile, createFakeSession, refusal } from "../test/fake-session.ts";
import { show, type ShowOptions } from "../test/show.tsx";

import { AccountPage } from "./account-page.tsx";

test("names are changed in place; what was saved is said and the focus comes back to the button", async () => {
  const session = showAccount();
  section("Profile").press("Edit");
  expect(screen.getByLabelText("First name Optional")).toBe(document.activeElement);

  type("First name Optional", " Ann ");
  type("Last name Optional", "Ash");
  section("Profile").press("Save");

  expect(await screen.findByText("Your profile is saved.")).toBeTruthy();
  expect(session.account.updateProfile.mock.calls).toEqual([[{ firstName: "Ann", lastName: "Ash" }]]);
  expect(document.activeElement?.textContent).toBe("Edit");
});

test("leaving a form changes nothing and brings the focus back", () => {
  const session = showAccount();
  section("Password").press("Change password");
  type("Present password", "x");

  section("Password").press("Cancel");

  expect(screen.queryByLabelText("Present password")).toBeNull();
  expect(document.activeElement?.textContent).toBe("Change password");
  expect(session.account.changePassword).not.toHaveBeenCalled();
});

test("PWD-02: a wrong present password is said, the focus is at it, and nothing typed is lost", async () => {
  const session = showAccount();
  session.account.changePassword.mockRejectedValue(refusal({ code: "FORBIDDEN", reason: "WRONG_PASSWORD" }));
  section("Password").press("Change password");
  type("Present password", "wrong");
  type("New password", "three random words");

  section("Password").press("Change password");

  expect((await screen.findByRole("alert")).textContent).toBe("That is not your password.");
  expect(screen.getByLabelText("Present password")).toBe(document.activeElement);
  expect(screen.getByLabelText<HTMLInputElement>("New password").value).toBe("three random words");
});

test("a changed password is said, with what became of the other devices", async () => {
  const session = showAccount();
  session.account.changePassword.mockResolvedValue();
  section("Password").press("Change password");
  type("Present password", " old ");
  type("New password", " new words here ");

  section("Password").press("Change password");

  expect(await screen.findByText(/Your other devices are signed out/)).toBeTruthy();
  expect(session.account.changePassword.mock.calls).toEqual([[{ current: " old ", password: " new words here " }]]);
});

test("whoever signs in elsewhere is not asked for a password they do not have", async () => {
  const session = createFakeSession();
  session.account.profile.mockResolvedValue({ ...annsProfile, hasPassword: false });
  session.account.delete.mockResolvedValue();
  showAccount({ session });

  expect(await screen.findByText(/You have no password here/)).toBeTruthy();
  expect(screen.queryByRole("button", { name: "Change password" })).toBeNull();
  section("Delete account").press("Delete account");
  type("Type ann to confirm", "ann");
  section("Delete account").press("Delete this account");
  await waitFor(() => expect(session.account.delete.mock.calls).toEqual([[undefined]]));
});

test("whoever has no password sets a first one, and is asked for no present one", async () => {
  const session = createFakeSession();
  session.account.profile.mockResolvedValue({ ...annsProfile, hasPassword: false });
  session.account.setPassword.mockRejectedValueOnce(
    refusal({ code: "BAD_REQUEST", reason: "INVALID_FIELDS", fields: { password: ["Too short."] } }),
  );
  session.account.setPassword.mockResolvedValueOnce();
  showAccount({ session });
  await screen.findByText(/You have no password here/);
  section("Password").press("Set a password");
  expect(screen.queryByLabelText("Present password")).toBeNull();

  section("Password").press("Set password");
  expect(screen.getByText("Choose a password.")).toBeTruthy();
  expect(session.account.setPassword).not.toHaveBeenCalled();
  for (const password of ["short", " new words here "]) {
    type("New password", password);
    section("Password").press("Set password");
    await waitFor(() => expect(session.account.setPassword).toHaveBeenLastCalledWith(password));
    await waitFor(() => expect(screen.queryByText("Setting…")).toBeNull());
  }

  expect(await screen.findByText(/^Your password is set/)).toBeTruthy();
  expect(session.account.changePassword).not.toHaveBeenCalled();
});

test("EML-02: a new address is asked for; until it confirms, the old one stays and the new one is shown waiting", async () => {
  const session = showAccount();
  session.account.requestEmailChange.mockResolvedValue();
  session.account.profile.mockResolvedValue({ ...annsProfile, pendingEmail: "new@example.com" });
  section("Email").press("Change address");
  type("New address", " new@example.com ");

  section("Email").press("Send the link");

  expect(await screen.findByText(/Waits for you to open the link that was mailed to new@example.com/)).toBeTruthy();
  expect(session.account.requestEmailChange.mock.calls).toEqual([["new@example.com"]]);
  expect(screen.getByText("ann@example.com")).toBeTruthy();
});

test("a change of address that waits is withdrawn; that it was too late is said as well", async () => {
  const session = createFakeSession();
  const waiting = { ...annsProfile, pendingEmail: "new@example.com" };
  session.account.profile.mockResolvedValue(waiting);
  showAccount({ session });
  const withdraw = await screen.findByRole("button", { name: "Withdraw" });
  withdraw.focus();

  session.account.withdrawEmailChange.mockRejectedValueOnce(refusal({ code: "SERVICE_UNAVAILABLE" }));
  fireEvent.click(withdraw);
  expect(await screen.findByRole("alert")).toBeTruthy();

  session.account.withdrawEmailChange.mockResolvedValueOnce(annsProfile);
  fireEvent.click(withdraw);
  const news = await screen.findByText(/The change is withdrawn/);
  await waitFor(() => expect(screen.queryByText(/Waits for you/)).toBeNull());
  expect(screen.queryByRole("alert")).toBeNull();
  // The button that had the focus is gone.
  expect(document.activeElement?.contains(news)).toBe(true);
  expect(document.activeElement).not.toBe(document.body);

  session.account.profile.mockResolvedValue(waiting);
  act(() => session.signIn({ version: 2 }));
  session.account.withdrawEmailChange.mockResolvedValue({ ...annsProfile, email: "new@example.com" });
  fireEvent.click(await screen.findByRole("button", { name: "Withdraw" }));
  expect(await screen.findByText(/new@example.com is your address now/)).toBeTruthy();
});

test("an address that is not confirmed can be, where the site confirms addresses", async () => {
  const { unmount } = showAccountAnd({});
  expect(screen.queryByRole("button", { name: "Send a link to confirm it" })).toBeNull();
  unmount();

  const session = showAccount({ site: { emailVerification: "optional" } });
  session.auth.resendVerification.mockResolvedValue();
  section("Email").press("Send a link to confirm it");
  expect(await screen.findByText("A link to confirm it is on its way to ann@example.com.")).toBeTruthy();
  act(() => session.signIn({ emailVerified: true, version: 2 }));
  expect(screen.queryByText(/on its way/)).toBeNull();
});

test("an account is deleted only by who types its name", async () => {
  const session = showAccount();
  session.account.delete.mockResolvedValue();
  section("Delete account").press("Delete account");
  expect(screen.getByText("Delete the account ann for good?")).toBeTruthy();

  type("Type ann to confirm", "bob");
  type("Password", "right");
  section("Delete account").press("Delete this account");
  expect(screen.getByText("That is not the name of this account.")).toBeTruthy();
  expect(session.account.delete).not.toHaveBeenCalled();

  type("Type ann to confirm", "ann");
  section("Delete account").press("Delete this account");
  await waitFor(() => expect(session.account.delete.mock.calls).toEqual([["right"]]));
});

test("the last superuser is told why the account stays", async () => {
  const session = showAccount();
  session.account.delete.mockRejectedValue(refusal({ code: "CONFLICT", reason: "LAST_SUPERUSER" }));
  section("Delete account").press("Delete account");
  type("Type ann to confirm", "ann");
  type("Password", "right");

  section("Delete account").press("Delete this account");

  expect((await screen.findByRole("alert")).textContent).toContain("last active superuser");
});

test("OUT-10: where one is signed in is shown after the password was confirmed, and is not asked for before", async () => {
  const session = createFakeSession();
  showAccount({ session });
  session.sessionList.refuse(refusal({ code: "FORBIDDEN", reason: "REAUTH" }));
  session.auth.stepUp.mockImplementation(async () => session.sessionList.show([]));
  expect(await screen.findByText("Confirm your password to see where you are signed in.")).toBeTruthy();
  expect(screen.queryByRole("dialog")).toBeNull();

  section("Where you are signed in").press("Confirm now");
  const dialog = within(screen.getByRole("dialog"));
  fireEvent.input(dialog.getByLabelText("Password"), { target: { value: "right" } });
  fireEvent.click(dialog.getByRole("button", { name: "Confirm" }));

  expect(await screen.findByText("You are signed in nowhere else.")).toBeTruthy();
});

test("signing out everywhere asks first", async () => {
  const session = showAccount();
  session.sessions.endAll.mockResolvedValue();
  fireEvent.click(await screen.findByRole("button", { name: "Sign out everywhere" }));
  const question = within(screen.getByRole("group", { name: "Sign out on all devices, this one too?" }));
  expect(session.sessions.endAll).not.toHaveBeenCalled();

  fireEvent.click(question.getByRole("button", { name: "Sign out everywhere" }));

  await waitFor(() => expect(session.sessions.endAll).toHaveBeenCalledTimes(1));
});

test("an account that cannot be read says so; everything else works, and it can be tried again", async () => {
  const session = createFakeSession();
  session.account.profile.mockRejectedValueOnce(refusal({ code: "SERVICE_UNAVAILABLE", reason: "UNAVAILABLE" }));
  showAccount({ session });

  expect((await screen.findByRole("alert")).textContent).toContain("could not be loaded");
  expect(screen.getByRole("button", { name: "Change password" })).toBeTruthy();
  session.account.profile.mockResolvedValue({ ...annsProfile, pendingEmail: "new@example.com" });
  fireEvent.click(screen.getByRole("button", { name: "Try again" }));

  expect(await screen.findByText(/mailed to new@example.com/)).toBeTruthy();
  expect(screen.queryByRole("alert")).toBeNull();
});

function showAccount(options: ShowOptions = {}) {
  return showAccountAnd(options).session;
}

function showAccountAnd({ session = createFakeSession(), ...options }: ShowOptions) {
  session.sessionList.show([]);
  session.signIn();
  return show(<AccountPage />, { session, ...options });
}

function section(title: string) {
  const region = within(screen.getByRole("region", { name: title }));
  return { press: (name: string) => fireEvent.click(region.getByRole("button", { name })) };
}

function type(label: string, value: string) {
  fireEvent.input(screen.getByLabelText(label, { selector: "input" }), { target: { value } });
}
