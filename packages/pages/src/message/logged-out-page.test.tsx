import { act, screen } from "@testing-library/react";
import { expect, test } from "vitest";

import { createFakeSession } from "../test/fake-session.ts";
import { show } from "../test/show.tsx";

import { LoggedOutPage } from "./logged-out-page.tsx";

test("who is signed out is told so; who is signed in is not told that they are out", () => {
  const session = createFakeSession();
  show(<LoggedOutPage />, { session });
  expect(screen.getByRole("heading", { name: "You are signed out" })).toBeTruthy();

  act(() => session.signIn());

  expect(screen.getByRole("heading", { name: "You are signed in" })).toBeTruthy();
  expect(screen.getByText("This browser is signed in as ann.")).toBeTruthy();
  expect(screen.queryByText(/Nobody can use your account/)).toBeNull();
});
