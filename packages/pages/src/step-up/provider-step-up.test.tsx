import { act, fireEvent, screen, waitFor } from "@testing-library/react";
import { afterEach, expect, test, vi } from "vitest";

import type { LinkedIdentity } from "@countersign/contract";

import { annsProfile, createFakeSession, refusal } from "../test/fake-session.ts";
import { openAddress } from "../test/open-address.ts";
import { show } from "../test/show.tsx";

const providers = [
  { name: "works", label: "The Works" },
  { name: "okta", label: "Okta" },
];
const works: LinkedIdentity = {
  id: "i1",
  provider: "works",
  label: "The Works",
  email: null,
  isEmailVerified: false,
  createdAt: "2026-01-01T00:00:00.000Z",
  lastUsedAt: null,
  isLast: true,
};

afterEach(() => vi.restoreAllMocks());

test("who has no password is asked at their provider, in a window that knows nothing of this one", async () => {
  const opened = { opener: window as unknown, close: vi.fn<() => void>(), location: { replace: vi.fn<() => void>() } };
  const open = vi.spyOn(window, "open").mockReturnValue(opened as never);
  const { session, answer } = await ask();
  session.auth.oidc.start.mockResolvedValue({ url: "https://works.example/auth" });
  expect(screen.queryByLabelText("Password")).toBeNull();
  expect(screen.queryByRole("button", { name: "Confirm with Okta" })).toBeNull();

  fireEvent.click(screen.getByRole("button", { name: "Confirm with The Works" }));
  expect(open).toHaveBeenCalledTimes(1);
  expect(opened.opener).toBeNull();
  await waitFor(() => expect(opened.location.replace.mock.calls).toEqual([["https://works.example/auth"]]));
  expect(session.auth.oidc.start.mock.calls).toEqual([
    [{ provider: "works", purpose: "step-up", returnTo: "/auth/signed-in" }],
  ]);
  expect(screen.getByText(/window that has opened/)).toBeTruthy();

  act(() => session.signIn({ freshUntil: new Date(Date.now() + 600_000).toISOString() }));
  await expect(answer).resolves.toBe(true);
  expect(screen.queryByRole("dialog")).toBeNull();
});

test("where the browser opens no window, there is a link to open one, and this page and what is written in it stay", async () => {
  openAddress("/account?tab=1");
  vi.spyOn(window, "open").mockReturnValue(null);
  const onLeave = vi.fn<(url: string) => void>();
  const { session, answer } = await ask(onLeave);
  session.auth.oidc.start.mockResolvedValue({ url: "https://works.example/auth" });

  fireEvent.click(screen.getByRole("button", { name: "Confirm with The Works" }));

  const link = await screen.findByRole("link", { name: "Open The Works" });
  expect(link.getAttribute("href")).toBe("https://works.example/auth");
  // A tab of its own, which knows nothing of this one.
  expect([link.getAttribute("target"), link.getAttribute("rel")]).toEqual(["_blank", "noopener noreferrer"]);
  expect(document.activeElement).toBe(link);
  expect(screen.getByText(/has opened no window/)).toBeTruthy();
  expect(session.auth.oidc.start.mock.calls[0]?.[0].returnTo).toBe("/auth/signed-in");
  expect(onLeave).not.toHaveBeenCalled();
  expect(screen.getByText("page")).toBeTruthy();

  act(() => session.signIn({ freshUntil: new Date(Date.now() + 600_000).toISOString() }));
  await expect(answer).resolves.toBe(true);
});

test("a provider that does not answer is said, its window closed, and the question stays", async () => {
  const opened = { opener: null, close: vi.fn<() => void>(), location: { replace: vi.fn<() => void>() } };
  vi.spyOn(window, "open").mockReturnValue(opened as never);
  const { session } = await ask();
  session.auth.oidc.start.mockRejectedValue(refusal({ code: "SERVICE_UNAVAILABLE", reason: "PROVIDER_UNAVAILABLE" }));

  fireEvent.click(screen.getByRole("button", { name: "Confirm with The Works" }));

  expect((await screen.findByRole("alert")).textContent).toMatch(/^The other site does not answer/);
  expect(opened.close).toHaveBeenCalledTimes(1);
  expect(opened.location.replace).not.toHaveBeenCalled();
});

test("who has a password is asked for it, whatever else they are connected to", async () => {
  const session = createFakeSession();
  session.signIn();
  session.account.identities.list.mockResolvedValue([works]);
  show(<p>page</p>, { session, site: { providers } });

  act(() => void session.askToConfirm());

  expect(await screen.findByLabelText("Password")).toBeTruthy();
  expect(screen.queryByRole("button", { name: /^Confirm with/ })).toBeNull();
});

async function ask(onLeave: (url: string) => void = () => {}) {
  const session = createFakeSession();
  session.signIn();
  session.account.profile.mockResolvedValue({ ...annsProfile, hasPassword: false });
  session.account.identities.list.mockResolvedValue([works]);
  show(<p>page</p>, { session, site: { providers }, onLeave });
  let answer = Promise.resolve(false);
  act(() => void (answer = session.askToConfirm()));
  // Not even for a moment is a password asked for that does not exist.
  expect(screen.queryByLabelText("Password")).toBeNull();
  await screen.findByRole("button", { name: "Confirm with The Works" });
  return { session, answer };
}
