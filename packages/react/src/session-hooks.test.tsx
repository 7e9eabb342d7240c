import { act, render } from "@testing-library/react";
import type { ReactNode } from "react";
import { afterEach, expect, test, vi } from "vitest";

import { IfCan, IfFresh, SessionProvider, useFreshness, useNotices, useSessionData } from "./index.ts";
import { createFakeSession } from "./test/fake-session.ts";

afterEach(() => vi.useRealTimers());

test("a kept value is shown when it is known, follows its changes, and no others", async () => {
  const renders: unknown[] = [];
  let set: (value: unknown) => Promise<void> = () => Promise.resolve();
  function Theme() {
    const [theme, setTheme] = useSessionData("theme");
    set = setTheme;
    renders.push(theme);
    return null;
  }
  const { session } = show(<Theme />);
  act(() => session.setValues({ theme: "dark" }));
  act(() => session.setValues({ theme: "dark", step: 3 }));
  await act(() => set("light"));
  await act(() => set(null));

  expect(renders).toEqual([null, "dark", "light", null]);
});

test("notices are heard while the component is mounted, by the handler of the newest render", () => {
  const heard: string[] = [];
  function Hear({ as }: { readonly as: string }) {
    useNotices(({ text = "" }) => heard.push(`${as} ${text}`));
    return null;
  }
  const { session, rerender, unmount } = show(<Hear as="first" />);
  session.notify({ kind: "info", text: "one" });
  rerender(<Hear as="second" />);
  session.notify({ kind: "info", text: "two" });
  expect(session.noticeListeners.size).toBe(1);
  unmount();

  expect(heard).toEqual(["first one", "second two"]);
  expect(session.noticeListeners.size).toBe(0);
});

test("freshness is counted down to its end, and a new confirmation starts it again", () => {
  vi.useFakeTimers({ now: Date.parse("2027-01-01T00:00:00.000Z") });
  let renders = 0;
  function Countdown() {
    const { isFresh, secondsLeft } = useFreshness();
    renders += 1;
    return `${isFresh ? "fresh" : "stale"} ${secondsLeft}`;
  }
  const { session, text } = show(
    <>
      <Countdown /> <IfFresh fallback="confirm">do it</IfFresh>
    </>,
  );
  expect(text()).toBe("stale 0 ");

  act(() => session.signIn({ freshUntil: "2027-01-01T00:00:02.500Z" }));
  expect(text()).toBe("fresh 3 do it");
  act(() => void vi.advanceTimersByTime(500));
  expect(text()).toBe("fresh 2 do it");
  act(() => void vi.advanceTimersByTime(1000));
  expect(text()).toBe("fresh 1 do it");
  act(() => void vi.advanceTimersByTime(1000));
  expect(text()).toBe("stale 0 confirm");

  const rendersAtEnd = renders;
  act(() => void vi.advanceTimersByTime(60_000));
  expect(renders).toBe(rendersAtEnd);
  act(() => session.signIn({ freshUntil: "2027-01-01T00:01:12.500Z", version: 2 }));
  expect(text()).toBe("fresh 10 do it");
  act(() => session.signOut());
  expect(text()).toBe("stale 0 confirm");
});

test("IfCan shows what the server said may be done to this row, and nothing where it said nothing", () => {
  const row = { $can: { "notes.change": true, "notes.remove": false } };
  const { text } = show(
    <>
      <IfCan row={row} name="notes.change">
        change
      </IfCan>{" "}
      <IfCan row={row} name="notes.remove" fallback="no">
        remove
      </IfCan>{" "}
      <IfCan row={row} name="toString">
        trick
      </IfCan>
      <IfCan row={{}} name="notes.change">
        unsaid
      </IfCan>
    </>,
  );
  expect(text()).toBe("change no ");
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
