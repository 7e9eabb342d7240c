import { act, fireEvent, screen } from "@testing-library/react";
import { afterEach, beforeEach, expect, test, vi } from "vitest";

import { show } from "../test/show.tsx";

import { useToast, type Toast } from "./toaster.tsx";

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

test("a toast is announced, goes by itself, and waits while somebody is at it", () => {
  showToasts({ text: "“Tea” could not be saved." });
  const region = screen.getByRole("region", { name: "Notifications" });
  expect(region.getAttribute("aria-live")).toBe("polite");
  expect(screen.getByText("“Tea” could not be saved.")).toBeTruthy();

  fireEvent.mouseEnter(region);
  act(() => void vi.advanceTimersByTime(60_000));
  expect(screen.queryByText("“Tea” could not be saved.")).toBeTruthy();

  fireEvent.mouseLeave(region);
  act(() => void vi.advanceTimersByTime(6_999));
  expect(screen.queryByText("“Tea” could not be saved.")).toBeTruthy();
  act(() => void vi.advanceTimersByTime(1));
  expect(screen.queryByText("“Tea” could not be saved.")).toBeNull();
});

test("its action runs once and closes it", () => {
  const run = vi.fn<() => void>();
  showToasts({ text: "Two versions.", action: { label: "Show", run } });

  fireEvent.click(screen.getByRole("button", { name: "Show" }));

  expect(run).toHaveBeenCalledTimes(1);
  expect(screen.queryByText("Two versions.")).toBeNull();
});

test("only the newest three are shown", () => {
  showToasts({ text: "one" }, { text: "two" }, { text: "three" }, { text: "four" });

  expect(screen.queryByText("one")).toBeNull();
  expect(screen.getAllByRole("listitem")).toHaveLength(3);

  fireEvent.click(screen.getAllByRole("button", { name: "Dismiss" })[0] as HTMLElement);
  expect(screen.queryByText("two")).toBeNull();
});

test("no toast puts a style or a script into the page, so a strict Content-Security-Policy stays quiet", () => {
  showToasts({ text: "one" });

  expect(document.querySelectorAll("style, script")).toHaveLength(0);
});

function showToasts(...toasts: readonly Toast[]) {
  function Page() {
    const showToast = useToast();
    return (
      <button type="button" onClick={() => toasts.forEach((toast) => showToast(toast))}>
        Go
      </button>
    );
  }
  show(<Page />);
  fireEvent.click(screen.getByText("Go"));
}
