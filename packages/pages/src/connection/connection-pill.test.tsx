import { act, screen } from "@testing-library/react";
import { afterEach, beforeEach, expect, test, vi } from "vitest";

import type { ConnectionState } from "@countersign/client";

import { show } from "../test/show.tsx";

import { ConnectionPill, ConnectionTrouble } from "./connection-pill.tsx";

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

test("nothing is said while all is well, nor of what is over within a second", () => {
  const { session } = show(<ConnectionPill />);
  expect(pill()).toBe("");

  become(session, "reconnecting");
  pass(999);
  expect(pill()).toBe("");
  become(session, "open");
  pass(5_000);
  expect(pill()).toBe("");

  become(session, "reconnecting");
  pass(999);
  expect(pill()).toBe("");
});

test("a page that can show nothing says after some seconds what may be wrong, and what to do", () => {
  const { session } = show(<ConnectionTrouble />);
  become(session, "reconnecting");
  pass(4_999);
  expect(screen.queryByText(/no connection to the server/)).toBeNull();
  pass(1);
  expect(screen.getByText(/no connection to the server/)).toBeTruthy();
  expect(screen.getByRole("button", { name: "Reload" })).toBeTruthy();
  become(session, "open");
  expect(screen.queryByText(/no connection to the server/)).toBeNull();
});

test("after a second it says what is being done, follows it, and is gone at once when all is well", () => {
  const { session } = show(<ConnectionPill />);

  become(session, "reconnecting");
  pass(1_000);
  expect(pill()).toBe("Reconnecting…");
  become(session, "offline");
  expect(pill()).toBe("Offline: changes wait");
  become(session, "open");
  expect(pill()).toBe("");
});

test("a refused client is offered to reload", () => {
  const { session } = show(<ConnectionPill />);

  become(session, "refused");
  pass(1_000);

  expect(pill()).toContain("The server refused the connection");
  expect(screen.getByRole("button", { name: "Reload" })).toBeTruthy();
});

function pill() {
  return screen.getByRole("status").textContent;
}

function become({ connection }: ReturnType<typeof show>["session"], state: ConnectionState["state"]) {
  act(() => connection.set({ state, attempt: 1, retryAt: null }));
}

function pass(milliseconds: number) {
  act(() => void vi.advanceTimersByTime(milliseconds));
}
