import { fireEvent, screen, waitFor } from "@testing-library/react";
import { expect, test, vi } from "vitest";

import type { LinkedIdentity } from "@countersign/contract";

import { createFakeSession, refusal } from "../test/fake-session.ts";
import { show, type ShowOptions } from "../test/show.tsx";

import { IdentitiesSection } from "./identities-section.tsx";

const providers = [
  { name: "works", label: "The Works" },
  { name: "okta", label: "Okta" },
];
const works: LinkedIdentity = {
  id: "i1",
  provider: "works",
  label: "The Works",
  email: "ann@works.example",
  isEmailVerified: true,
  createdAt: "2026-01-01T00:00:00.000Z",
  lastUsedAt: null,
  isLast: false,
};

test("what is connected is listed, what is not can be, and comes back to the account", async () => {
  const onLeave = vi.fn<(url: string) => void>();
  const { session } = await showSection([works], { onLeave });
  session.auth.oidc.start.mockResolvedValue({ url: "https://okta.example/auth" });
  expect(screen.getByText("ann@works.example")).toBeTruthy();
  expect(screen.queryByRole("button", { name: "Connect The Works" })).toBeNull();

  fireEvent.click(screen.getByRole("button", { name: "Connect Okta" }));

  await waitFor(() => expect(onLeave.mock.calls).toEqual([["https://okta.example/auth"]]));
  expect(session.auth.oidc.start.mock.calls).toEqual([[{ provider: "okta", purpose: "link", returnTo: "/account" }]]);
});

test("an address that the provider did not verify is marked: it may be anybody's", async () => {
  const { unmount } = await showSection([{ ...works, isEmailVerified: false }]);
  expect(screen.getByText("ann@works.example").parentElement?.textContent).toBe(
    "ann@works.example (not verified there)",
  );
  unmount();

  await showSection([works]);
  expect(screen.getByText("ann@works.example").parentElement?.textContent).toBe("ann@works.example");
});

test("disconnecting asks first, and says what came of it when the list is without it", async () => {
  const { session } = await showSection([works]);
  session.account.identities.unlink.mockImplementation(async () => {
    session.account.identities.list.mockResolvedValue([]);
  });

  fireEvent.click(screen.getByRole("button", { name: "Disconnect The Works" }));
  expect(session.account.identities.unlink).not.toHaveBeenCalled();
  fireEvent.click(screen.getByRole("button", { name: "Disconnect" }));

  expect(await screen.findByText("The Works is disconnected.")).toBeTruthy();
  expect(session.account.identities.unlink.mock.calls).toEqual([["i1"]]);
  expect(screen.queryByText("ann@works.example")).toBeNull();
  expect(screen.getByRole("button", { name: "Connect The Works" })).toBeTruthy();
  expect(screen.getByRole("heading", { name: "Connected accounts" })).toBe(document.activeElement);
});

test("the last way in has no button, and says why; what the server refuses all the same is said too", async () => {
  const { session, unmount } = await showSection([{ ...works, isLast: true }]);
  expect(screen.queryByRole("button", { name: /^Disconnect/ })).toBeNull();
  expect(screen.getByText(/^Your only way to sign in/)).toBeTruthy();
  expect(session.account.identities.unlink).not.toHaveBeenCalled();
  unmount();

  const { session: other } = await showSection([works]);
  other.account.identities.unlink.mockRejectedValue(refusal({ code: "CONFLICT", reason: "LAST_SIGN_IN_METHOD" }));
  fireEvent.click(screen.getByRole("button", { name: "Disconnect The Works" }));
  fireEvent.click(screen.getByRole("button", { name: "Disconnect" }));
  expect((await screen.findByRole("alert")).textContent).toMatch(/^This is the only way to sign in/);
  expect(screen.getByText("ann@works.example")).toBeTruthy();
});

test("of another user nothing is shown while their own list is read", async () => {
  const { session } = await showSection([works]);
  session.account.identities.list.mockReturnValue(new Promise(() => {}));

  session.signIn({ id: "2", username: "bob", sessionId: "s2" });

  await waitFor(() => expect(screen.queryByText("ann@works.example")).toBeNull());
});

test("a site without providers has no such section", async () => {
  const session = createFakeSession();
  session.signIn();
  show(<IdentitiesSection />, { session });

  await waitFor(() => expect(session.account.identities.list).toHaveBeenCalled());
  expect(screen.queryByRole("heading")).toBeNull();
});

async function showSection(identities: readonly LinkedIdentity[], options: ShowOptions = {}) {
  const session = createFakeSession();
  session.signIn();
  session.account.identities.list.mockResolvedValue(identities);
  const shown = show(<IdentitiesSection />, { session, site: { providers }, ...options });
  await screen.findByText("ann@works.example");
  return shown;
}
