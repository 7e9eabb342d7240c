import { act, fireEvent, screen, waitFor } from "@testing-library/react";
import { expect, test, vi } from "vitest";

import { LoginPage } from "../login/login-page.tsx";
import { RegisterPage } from "../register/register-page.tsx";
import { createFakeSession, refusal } from "../test/fake-session.ts";
import { show } from "../test/show.tsx";

const site = {
  providers: [
    { name: "works", label: "The Works" },
    { name: "okta", label: "Okta" },
  ],
};

test("each provider has a button below the form, which keeps the box and where one was going, and leaves for the provider", async () => {
  const onLeave = vi.fn<(url: string) => void>();
  const { session } = show(<LoginPage next="/notes?tag=a" />, { site, onLeave });
  session.auth.oidc.start.mockResolvedValue({ url: "https://works.example/auth?state=x" });

  fireEvent.click(screen.getByLabelText("Keep me signed in"));
  fireEvent.click(screen.getByRole("button", { name: "Continue with The Works" }));

  await waitFor(() => expect(onLeave.mock.calls).toEqual([["https://works.example/auth?state=x"]]));
  expect(session.auth.oidc.start.mock.calls).toEqual([
    [{ provider: "works", purpose: "sign-in", returnTo: "/notes?tag=a", remember: true }],
  ]);
  expect(session.auth.login).not.toHaveBeenCalled();
  expect(screen.getByRole("button", { name: "Going to The Works…" }).getAttribute("aria-busy")).toBe("true");
  // Back by the browser's button: the page is as it was.
  act(() => void window.dispatchEvent(new Event("pageshow")));
  expect(screen.getByRole("button", { name: "Continue with The Works" }).getAttribute("aria-busy")).toBeNull();
});

test("while the browser is on its way, a second press begins no second visit", async () => {
  const { session } = show(<RegisterPage />, { site });
  session.auth.oidc.start.mockReturnValue(new Promise(() => {}));

  fireEvent.click(screen.getByRole("button", { name: "Continue with Okta" }));
  fireEvent.click(screen.getByRole("button", { name: "Continue with The Works" }));
  fireEvent.click(await screen.findByRole("button", { name: "Going to Okta…" }));

  expect(session.auth.oidc.start.mock.calls).toEqual([
    [{ provider: "okta", purpose: "sign-in", returnTo: "/", remember: false }],
  ]);
});

test("a provider that does not answer is said, and the page stays", async () => {
  const onLeave = vi.fn<(url: string) => void>();
  const { session } = show(<LoginPage />, { site, onLeave });
  session.auth.oidc.start.mockRejectedValue(refusal({ code: "SERVICE_UNAVAILABLE", reason: "PROVIDER_UNAVAILABLE" }));

  fireEvent.click(screen.getByRole("button", { name: "Continue with Okta" }));

  expect((await screen.findByRole("alert")).textContent).toMatch(/^The other site does not answer/);
  expect(onLeave).not.toHaveBeenCalled();
  expect(screen.getByRole("button", { name: "Continue with Okta" }).getAttribute("aria-busy")).toBeNull();
});

test("a site without providers has no word of them", () => {
  const { unmount } = show(<LoginPage />, { session: createFakeSession() });
  expect(screen.queryByRole("group", { name: "Other ways to sign in" })).toBeNull();
  unmount();

  show(<LoginPage />, { site });
  expect(screen.getByRole("group", { name: "Other ways to sign in" })).toBeTruthy();
});
