import { act, screen } from "@testing-library/react";
import { afterEach, expect, test, vi } from "vitest";

import { oidcErrorCodes } from "@countersign/contract";

import { arabic, english } from "../language/language.ts";
import { createFakeSession } from "../test/fake-session.ts";
import { openAddress } from "../test/open-address.ts";
import { show } from "../test/show.tsx";

import { ProviderErrorPage } from "./provider-error-page.tsx";
import { SignedInPage } from "./signed-in-page.tsx";

afterEach(() => vi.restoreAllMocks());

test.each([
  ["/notes?tag=a%20b", "/notes?tag=a%20b"],
  ["//evil.example", "/"],
  ["https://evil.example/", "/"],
  ["javascript:alert(1)", "/"],
])(
  "after a visit to=%j the other tabs are told and the person is at %s, with no way back to this page",
  (to, target) => {
    openAddress(`/auth/signed-in?to=${encodeURIComponent(to)}`);
    const session = createFakeSession();
    session.load();
    const { navigate } = show(<SignedInPage />, { session });
    expect(screen.queryByRole("heading")).toBeNull();
    expect([session.tellSignedIn, navigate].map((call) => call.mock.calls.length)).toEqual([0, 0]);

    act(() => session.signIn());

    expect(session.tellSignedIn).toHaveBeenCalledTimes(1);
    expect(navigate.mock.calls).toEqual([[target, { replace: true }]]);
  },
);

test("where the browser kept no cookie, or nobody has signed in, it leads to the login page and tells nobody", () => {
  openAddress("/auth/signed-in?to=/account");
  const { navigate, session } = show(<SignedInPage />);

  expect(navigate.mock.calls).toEqual([["/login?next=%2Faccount", { replace: true }]]);
  expect(session.tellSignedIn).not.toHaveBeenCalled();
});

test("a visit in a window of its own tells the others, closes the window, and goes nowhere", () => {
  openAddress("/auth/signed-in?to=/auth/signed-in");
  const close = vi.spyOn(window, "close").mockImplementation(() => {});
  const session = createFakeSession();
  session.signIn();
  const { navigate } = show(<SignedInPage />, { session });

  expect(session.tellSignedIn).toHaveBeenCalledTimes(1);
  expect(close).toHaveBeenCalledTimes(1);
  expect(navigate).not.toHaveBeenCalled();
  expect(screen.getByRole("heading", { name: "It is you" })).toBeTruthy();
});

test("a window of its own closes also when its session has ended before it could be seen", () => {
  openAddress("/auth/signed-in?to=/auth/signed-in");
  const close = vi.spyOn(window, "close").mockImplementation(() => {});
  const { session } = show(<SignedInPage />);

  expect(close).toHaveBeenCalledTimes(1);
  expect(session.tellSignedIn).not.toHaveBeenCalled();
});

test.each(oidcErrorCodes)("the code %s has a title and a text in each language", (code) => {
  for (const { messages } of [english, arabic]) {
    openAddress(`/auth/error?code=${code}`);
    const { unmount, container } = show(<ProviderErrorPage />, { messages });
    expect(screen.getByRole("heading").textContent).toBe(messages.providerError[`${code}Title`]);
    expect(container.textContent).toContain(messages.providerError[code]);
    unmount();
  }
});

test("the error page shows the id to quote, and nothing else of the address", () => {
  openAddress("/auth/error?code=provider&id=0192f0c0-aaaa-7bbb-8ccc-0123456789ab&error_description=Call+this+number");
  const { container, unmount } = show(<ProviderErrorPage />);
  expect(container.textContent).toContain("0192f0c0-aaaa-7bbb-8ccc-0123456789ab");
  expect(container.textContent).not.toContain("Call");
  expect(screen.getByRole("link", { name: "Back to sign in" }).getAttribute("href")).toBe("/login");
  unmount();

  for (const id of [
    "Call+0900+now+please",
    "call:1-800-555-0900/evil.example",
    "https://evil.example/0900",
    "0900-0900-0900-0900",
  ]) {
    openAddress(`/auth/error?code=Call+0900+now&id=${id}`);
    const { container: other, unmount: close } = show(<ProviderErrorPage />);
    expect(screen.getByRole("heading").textContent).toBe("It did not work");
    expect(other.textContent).not.toContain("0900");
    close();
  }
});

test("who is signed in, and wanted to connect a provider, is led back to the account", () => {
  openAddress("/auth/error?code=taken");
  const session = createFakeSession();
  session.signIn();
  show(<ProviderErrorPage />, { session });

  expect(screen.getByRole("link", { name: "Back to your account" }).getAttribute("href")).toBe("/account");
});
