import { expect, test } from "vitest";

import { englishMessages, overrideMessages, type MessageOverrides } from "./messages.ts";

test("single texts can be replaced, and all others stay", () => {
  const messages = overrideMessages(englishMessages, { login: { title: "Welcome back" } });

  expect(messages.login.title).toBe("Welcome back");
  expect(messages.login.submit).toBe(englishMessages.login.submit);
  expect(messages.register).toEqual(englishMessages.register);
  expect(englishMessages.login.title).toBe("Sign in");
});

test("a key that does not exist is a type error", () => {
  // @ts-expect-error there is no such text
  const unknownText: MessageOverrides = { login: { titel: "Anmelden" } };
  // @ts-expect-error there is no such section
  const unknownSection: MessageOverrides = { logon: {} };

  expect(overrideMessages(englishMessages, { ...unknownText, ...unknownSection }).login.title).toBe("Sign in");
});

test("every end of a session has its sentence", () => {
  for (const text of Object.values(englishMessages.sessionEnd)) expect(text).toMatch(/^[A-Z].*\.$/);
});
