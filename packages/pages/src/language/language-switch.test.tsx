import { act, fireEvent, screen, waitFor } from "@testing-library/react";
import { afterEach, beforeEach, expect, test, vi } from "vitest";

import { LoginPage } from "../login/login-page.tsx";
import { createFakeSession, refusal } from "../test/fake-session.ts";
import { show, type ShowOptions } from "../test/show.tsx";

import type { Languages } from "./choose-language.ts";
import { LanguageSwitch } from "./language-switch.tsx";
import { arabic, english, withTexts } from "./language.ts";

beforeEach(() => browserAsksFor("en-GB"));
afterEach(() => {
  localStorage.clear();
  vi.restoreAllMocks();
});

const both: Languages = [english, arabic];

test("a visitor reads what the browser asks for, and the document says so", () => {
  browserAsksFor("ar-EG", "en");
  showIn(<LoginPage />);

  expect(screen.getByRole("heading", { level: 1 }).textContent).toBe("تسجيل الدخول");
  expect([document.documentElement.lang, document.documentElement.dir]).toEqual(["ar", "rtl"]);
});

test("a choice is shown at once, with its direction, and remembered in this browser", async () => {
  const { unmount } = showIn(<LoginPage />);
  expect(document.documentElement.dir).toBe("ltr");

  choose("ar");

  expect(screen.getByRole("heading", { level: 1 }).textContent).toBe("تسجيل الدخول");
  expect([document.documentElement.lang, document.documentElement.dir]).toEqual(["ar", "rtl"]);
  unmount();
  showIn(<LoginPage />);
  expect(screen.getByRole("heading", { level: 1 }).textContent).toBe("تسجيل الدخول");

  choose("");
  expect(document.documentElement.lang).toBe("en");
  expect(localStorage.length).toBe(0);
});

test("a user's choice goes to the account; a choice made on another device is shown at once", async () => {
  const session = createFakeSession();
  session.signIn();
  showIn(<LanguageSwitch />, { session });

  choose("ar");
  expect(document.documentElement.lang).toBe("ar");
  expect(session.account.updateProfile.mock.calls).toEqual([[{ locale: "ar" }]]);
  act(() => session.signIn({ locale: "ar", version: 2 }));
  expect(document.documentElement.lang).toBe("ar");

  act(() => session.signIn({ locale: "en", version: 3 }));
  expect(document.documentElement.lang).toBe("en");
});

test("the account's language is stronger than what this browser remembers of somebody else", () => {
  localStorage.setItem("countersign.language", "ar");
  const session = createFakeSession();
  session.signIn({ locale: "en" });
  showIn(<LanguageSwitch />, { session });
  expect(document.documentElement.lang).toBe("en");

  act(() => session.signIn({ id: "2", username: "bob", sessionId: "s2", locale: null }));
  expect(document.documentElement.lang).toBe("ar");
});

test("a choice that cannot be saved is shown here all the same, and that is said", async () => {
  const session = createFakeSession();
  session.signIn();
  session.account.updateProfile.mockRejectedValue(refusal({ code: "SERVICE_UNAVAILABLE", reason: "UNAVAILABLE" }));
  showIn(<LanguageSwitch />, { session });

  choose("ar");

  await waitFor(() => expect(screen.getByText(/تعذّر حفظها/)).toBeTruthy());
  expect(document.documentElement.lang).toBe("ar");
});

test("where there is only one language there is nothing to choose, and an app may decide it itself", () => {
  const { unmount } = showIn(<LanguageSwitch />, { languages: [english] });
  expect(screen.queryByRole("combobox")).toBeNull();
  unmount();

  showIn(<LoginPage />, { locale: "ar" });
  expect(document.documentElement.dir).toBe("rtl");
});

test("texts can be changed in any language, and `messages` changes the first", () => {
  const changed: Languages = [english, withTexts(arabic, { login: { title: "أهلًا" } })];
  showIn(<LoginPage />, { languages: changed, messages: { login: { title: "Welcome back" } } });
  expect(screen.getByRole("heading", { level: 1 }).textContent).toBe("Welcome back");

  choose("ar");

  expect(screen.getByRole("heading", { level: 1 }).textContent).toBe("أهلًا");
});

test("a stored language that is none, or not spoken here, is passed over", () => {
  localStorage.setItem("countersign.language", "<script>");
  showIn(<LoginPage />);

  expect(document.documentElement.lang).toBe("en");
});

function showIn(page: Parameters<typeof show>[0], options: ShowOptions = {}) {
  return show(page, { languages: both, locale: undefined, ...options });
}

function choose(tag: string) {
  fireEvent.change(screen.getByRole("combobox"), { target: { value: tag } });
}

function browserAsksFor(...tags: string[]) {
  vi.spyOn(navigator, "languages", "get").mockReturnValue(tags);
}
