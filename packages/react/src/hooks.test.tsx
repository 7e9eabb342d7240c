import { act, render } from "@testing-library/react";
import { type ReactNode, StrictMode } from "react";
import { expect, test } from "vitest";

import type { LiveRowsObserver } from "@countersign/client";
import type { LiveRow } from "@countersign/contract";

import { SessionProvider, useCan, useConnection, useLiveRows, useSnapshot, useUser } from "./index.ts";
import { createFakeSession } from "./test/fake-session.ts";

test("a selector renders only when what it selects has changed", () => {
  const renders: unknown[] = [];
  function Name() {
    renders.push(useUser((user) => user.username));
    return null;
  }
  const { session } = show(<Name />);
  act(() => session.signIn());
  act(() => session.signIn({ version: 2, permissions: [] }));
  act(() => session.signIn({ version: 3, username: "anna" }));

  expect(renders).toEqual([null, "ann", "anna"]);
});

test("a selector that makes a new array or object each time is stable while it says the same", () => {
  const renders: unknown[] = [];
  function Rights() {
    renders.push(useUser((user) => ({ name: user.username, count: user.permissions.length })));
    renders.push(useUser((user) => user.permissions.filter((name) => name.startsWith("notes."))));
    return null;
  }
  const { session } = show(<Rights />);
  act(() => session.signIn());
  act(() => session.signIn({ version: 2, firstName: "Ann" }));
  act(() => session.signIn({ version: 3, permissions: ["files.view"] }));

  expect(renders).toEqual([null, null, { name: "ann", count: 1 }, ["notes.change"], { name: "ann", count: 1 }, []]);
  // The same object, not merely an equal one: effects that depend on it do not run again.
  expect(renders[4]).toBe(renders[2]);
});

test("useCan, useSnapshot and useConnection follow the session", () => {
  function Facts() {
    const { state } = useConnection();
    return `${useSnapshot((snapshot) => snapshot.status)} ${String(useCan("notes.change"))} ${state}`;
  }
  const { session, text } = show(<Facts />);
  expect(text()).toBe("loading false connecting");

  act(() => {
    session.signIn();
    session.connection.set({ state: "open", attempt: 0, retryAt: null });
  });
  expect(text()).toBe("ready true open");

  act(() => session.signOut());
  expect(text()).toBe("ready false open");
});

test("the provider connects, in strict mode too", () => {
  const { session } = show(<StrictMode>x</StrictMode>);
  expect(session.counts.connects).toBeGreaterThan(0);
});

test("a live list is subscribed to while it is mounted, and anew when its key changes", () => {
  const observers: LiveRowsObserver<LiveRow>[] = [];
  const running = new Set<LiveRowsObserver<LiveRow>>();
  function List({ of }: { readonly of: string }) {
    const { status, rows } = useLiveRows<LiveRow>((observer) => {
      observers.push(observer);
      running.add(observer);
      return { unsubscribe: () => running.delete(observer) };
    }, of);
    return `${of} ${status} ${rows.map(({ id }) => id).join()}`;
  }
  const { session, text, rerender, unmount } = show(<List of="a" />);
  act(() => session.signIn());
  expect(text()).toBe("a loading ");

  act(() => observers[0]?.onData({ id: "1", data: { type: "list", rows: [{ id: "x", version: 1 }] } }));
  expect(text()).toBe("a ready x");
  expect(observers).toHaveLength(1);

  rerender(<List of="b" />);
  expect(text()).toBe("b loading ");
  expect(running.size).toBe(1);
  act(() => observers[0]?.onData({ id: "2", data: { type: "list", rows: [] } }));
  expect(text()).toBe("b loading ");

  unmount();
  expect(running.size).toBe(0);
});

function show(children: ReactNode) {
  const session = createFakeSession();
  const wrap = (inner: ReactNode) => <SessionProvider client={session.client}>{inner}</SessionProvider>;
  const view = render(wrap(children));
  return {
    session,
    text: () => view.container.textContent,
    rerender: (next: ReactNode) => view.rerender(wrap(next)),
    unmount: view.unmount,
  };
}
