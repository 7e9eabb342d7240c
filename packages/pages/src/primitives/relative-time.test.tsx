import { act, render, screen } from "@testing-library/react";
import { afterEach, beforeEach, expect, test, vi } from "vitest";

import { show } from "../test/show.tsx";

import { formatRelativeTime, RelativeTime } from "./relative-time.tsx";

const now = Date.parse("2026-06-15T12:00:00.000Z");

beforeEach(() => vi.useFakeTimers({ now }));
afterEach(() => vi.useRealTimers());

test.each([
  [0, "just now"],
  [-44, "just now"],
  [44, "just now"],
  [-45, "1 minute ago"],
  [-89, "1 minute ago"],
  [-95, "2 minutes ago"],
  [-3569, "59 minutes ago"],
  [-3571, "1 hour ago"],
  [-86_400, "yesterday"],
  [-13 * 86_400, "13 days ago"],
  [14 * 86_400, "in 2 weeks"],
  [-30 * 86_400, "4 weeks ago"],
  [-40 * 86_400, "May 6, 2026"],
])("%d seconds from now is %s", (seconds, text) => {
  expect(formatRelativeTime(new Date(now + seconds * 1000), now, "en", "just now")).toBe(text);
});

test("it goes on by itself, and the exact time is there on hover and for machines", () => {
  show(<RelativeTime at="2026-06-15T11:58:00.000Z" />);
  const time = screen.getByText("2 minutes ago");
  expect(time.getAttribute("datetime")).toBe("2026-06-15T11:58:00.000Z");
  expect(time.getAttribute("title")).toContain("June 15, 2026");

  act(() => void vi.advanceTimersByTime(60_000));

  expect(time.textContent).toBe("3 minutes ago");
});

test("no timer runs while no time is shown", () => {
  const { unmount } = show(<RelativeTime at="2026-06-15T11:58:00.000Z" />);
  unmount();
  render(<p>nothing</p>);

  expect(vi.getTimerCount()).toBe(0);
});
