import { afterEach, beforeEach, expect, test, vi } from "vitest";

import { browserPage, type PageListeners } from "./page-signals.ts";

const heard: string[] = [];
const listeners: PageListeners = {
  online: () => heard.push("online"),
  offline: () => heard.push("offline"),
  shown: () => heard.push("shown"),
  restored: () => heard.push("restored"),
  woke: () => heard.push("woke"),
};

beforeEach(() => {
  heard.length = 0;
  vi.useFakeTimers();
});

afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

test("a machine that slept is noticed within five seconds of waking", () => {
  const stop = browserPage.watch(listeners);
  vi.advanceTimersByTime(60_000);
  expect(heard).toEqual([]);

  // The clock goes on while timers stand still.
  vi.setSystemTime(Date.now() + 3_600_000);
  vi.advanceTimersByTime(5_000);

  expect(heard).toEqual(["woke"]);
  stop();
  vi.setSystemTime(Date.now() + 3_600_000);
  vi.advanceTimersByTime(5_000);
  expect(heard).toEqual(["woke"]);
});

test("a timer that is a little late, as in a background tab, is no sleep", () => {
  const stop = browserPage.watch(listeners);
  vi.setSystemTime(Date.now() + 9_000);
  vi.advanceTimersByTime(5_000);
  expect(heard).toEqual([]);
  stop();
});

test("the browser's events are passed on until nobody listens", () => {
  const window = new EventTarget();
  const document = Object.assign(new EventTarget(), { visibilityState: "visible" });
  vi.stubGlobal("addEventListener", window.addEventListener.bind(window));
  vi.stubGlobal("document", document);
  const stop = browserPage.watch(listeners);
  const fire = () => {
    window.dispatchEvent(new Event("online"));
    window.dispatchEvent(new Event("offline"));
    window.dispatchEvent(Object.assign(new Event("pageshow"), { persisted: true }));
    document.dispatchEvent(new Event("visibilitychange"));
  };

  fire();
  expect(heard).toEqual(["online", "offline", "restored", "shown"]);

  stop();
  fire();
  expect(heard).toHaveLength(4);
});

test("a page that is hidden, or loaded in the ordinary way, signals nothing", () => {
  const window = new EventTarget();
  const document = Object.assign(new EventTarget(), { visibilityState: "hidden" });
  vi.stubGlobal("addEventListener", window.addEventListener.bind(window));
  vi.stubGlobal("document", document);
  const stop = browserPage.watch(listeners);

  window.dispatchEvent(Object.assign(new Event("pageshow"), { persisted: false }));
  document.dispatchEvent(new Event("visibilitychange"));

  expect(heard).toEqual([]);
  stop();
});

test("without a browser it is online", () => {
  vi.stubGlobal("navigator", undefined);
  expect(browserPage.isOnline()).toBe(true);
  vi.stubGlobal("navigator", { onLine: false });
  expect(browserPage.isOnline()).toBe(false);
});
