import { act, render } from "@testing-library/react";
import type { ReactNode } from "react";
import { expect, test } from "vitest";

import {
  Anonymous,
  Authenticated,
  IfGroup,
  IfPermission,
  RequireLogin,
  RequirePermission,
  SessionProvider,
  useSignedInUser,
} from "./index.ts";
import { createFakeSession } from "./test/fake-session.ts";

test("L4: while it is not known who is there no gate shows anything but its loading part", () => {
  const { session, text } = show(<AllGates />);
  expect(text()).toBe("");

  act(() => session.signIn());
  expect(text()).toBe("member editor may ");

  act(() => session.load());
  expect(text()).toBe("");

  act(() => session.signOut());
  expect(text()).toBe("visitor none forbidden login");
});

test("gates never show wrong content on the way: each render is right for its moment", () => {
  const seen: string[] = [];
  const { session } = show(
    <>
      <Authenticated loading={<Note to={seen} text="wait" />} fallback={<Note to={seen} text="out" />}>
        <Note to={seen} text="in" />
      </Authenticated>
    </>,
  );

  act(() => session.signIn());
  act(() => session.signOut());

  expect(seen).toEqual(["wait", "in", "out"]);
});

test("permission and group gates open and close with the snapshot", () => {
  const { session, text } = show(
    <>
      <IfPermission name="notes.change">change </IfPermission>
      <IfPermission name="notes.remove" fallback="no-remove ">
        remove{" "}
      </IfPermission>
      <IfGroup name="admins">admin</IfGroup>
    </>,
  );
  act(() => session.signIn());
  expect(text()).toBe("change no-remove ");

  act(() => session.signIn({ permissions: ["notes.remove"], groups: ["admins"], version: 2 }));
  expect(text()).toBe("remove admin");

  act(() => session.signIn({ permissions: [], groups: [], isSuperuser: true, version: 3 }));
  expect(text()).toBe("change remove ");
});

test("a component below a gate never sees a moment without its user", () => {
  function Greeting() {
    return <>hello {useSignedInUser().username}</>;
  }
  const { session, text } = show(
    <Authenticated fallback="bye">
      <Greeting />
    </Authenticated>,
  );
  act(() => session.signIn());
  expect(text()).toBe("hello ann");

  act(() => session.signOut());

  expect(text()).toBe("bye");
});

test("RequireLogin asks to redirect once, with the page asked for and why the session ended", () => {
  const calls: unknown[] = [];
  const { session, text, rerender } = show(<Guarded onRedirect={(...call) => calls.push(call)} />);
  expect(calls).toEqual([]);

  act(() => session.signOut());
  rerender(<Guarded onRedirect={(...call) => calls.push(call)} />);
  expect(calls).toEqual([["/notes?open=1#top", null]]);
  expect(text()).toBe("leaving");

  act(() => session.signIn());
  expect(text()).toBe("secret");
  act(() => session.signOut("expired"));
  expect(calls).toEqual([
    ["/notes?open=1#top", null],
    ["/notes?open=1#top", "expired"],
  ]);
});

test("RequireLogin does not redirect while it is not known who is there", () => {
  const calls: unknown[] = [];
  const { session } = show(<Guarded onRedirect={(...call) => calls.push(call)} />);
  act(() => session.signIn());
  act(() => session.load());
  act(() => session.signIn());
  expect(calls).toEqual([]);
});

test("hooks outside of a provider say what to do", () => {
  expect(() => render(<Authenticated>x</Authenticated>)).toThrow("SessionProvider");
});

function AllGates() {
  return (
    <>
      <Authenticated>member </Authenticated>
      <Anonymous>visitor </Anonymous>
      <IfGroup name="editors" fallback="none ">
        editor{" "}
      </IfGroup>
      <RequirePermission name="notes.change" fallback="forbidden ">
        may{" "}
      </RequirePermission>
      <RequireLogin fallback="login">{null}</RequireLogin>
    </>
  );
}

function Guarded({ onRedirect }: { readonly onRedirect: (returnTo: string, reason: string | null) => void }) {
  return (
    <RequireLogin fallback="leaving" redirect={(returnTo, reason) => onRedirect(returnTo, reason)}>
      secret
    </RequireLogin>
  );
}

function Note({ to, text }: { readonly to: string[]; readonly text: string }) {
  to.push(text);
  return null;
}

function show(children: ReactNode) {
  const session = createFakeSession();
  const wrap = (inner: ReactNode) => <SessionProvider client={session.client}>{inner}</SessionProvider>;
  const view = render(wrap(children));
  return {
    session,
    text: () => view.container.textContent,
    rerender: (next: ReactNode) => view.rerender(wrap(next)),
  };
}
