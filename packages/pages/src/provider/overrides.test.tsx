import { fireEvent, screen, waitFor } from "@testing-library/react";
import { expect, test, vi } from "vitest";

import { LoginPage } from "../login/login-page.tsx";
import { ForbiddenPage } from "../message/forbidden-page.tsx";
import { refusal } from "../test/fake-session.ts";
import { show } from "../test/show.tsx";

import type { PageHooks } from "./page-hooks.ts";
import { readyPages } from "./ready-pages.tsx";
import { defaultRoutes } from "./routes.ts";

test("a page is replaced as a whole, and all others stay", () => {
  const Ours = () => <h1>Ours</h1>;
  const before = readyPages();
  const after = readyPages({ forbidden: Ours });

  expect(after.filter(({ Page }, index) => Page !== before[index]?.Page).map(({ name }) => name)).toEqual([
    "forbidden",
  ]);
  expect(after.find(({ name }) => name === "forbidden")?.Page).toBe(Ours);
});

test("every route has its page, and only one; home is the app's, and the administration an area of its own", () => {
  const names = readyPages().map(({ name }) => name);
  const others = new Set(["home", "admin"]);

  expect(names.toSorted()).toEqual(
    Object.keys(defaultRoutes)
      .filter((name) => !others.has(name))
      .toSorted(),
  );
});

test("what the app puts into a page is there; what the page is given itself is stronger; null empties the place", () => {
  const slots = { login: { beforeForm: <p>Before</p>, foot: <p>Ours</p> }, forbidden: { actions: null } };
  const { unmount } = show(<LoginPage foot={<p>Own</p>} />, { slots });
  expect(screen.getByText("Before")).toBeTruthy();
  expect(screen.getByText("Own")).toBeTruthy();
  expect(screen.queryByText("Ours")).toBeNull();
  unmount();

  show(<ForbiddenPage />, { slots });
  expect(screen.queryByRole("link")).toBeNull();
});

test("a hook stands around its call: it changes what is sent, and hears the answer", async () => {
  const heard = vi.fn<(answer: unknown) => void>();
  const hooks: PageHooks = {
    async login(proceed, input) {
      const answer = await proceed({ ...input, login: input.login.toLowerCase() });
      heard(answer);
      return answer;
    },
  };
  const { session } = show(<LoginPage />, { hooks });
  session.auth.login.mockResolvedValue({ user: {} as never });

  signIn("ANN");

  await waitFor(() => expect(heard).toHaveBeenCalledWith({ user: {} }));
  expect(session.auth.login.mock.calls).toEqual([[{ login: "ann", password: "right", remember: false }]]);
});

test("a hook that refuses is shown like a refusal of the server, and nothing is sent", async () => {
  const { session } = show(<LoginPage />, {
    hooks: { login: () => Promise.reject(refusal({ code: "FORBIDDEN" })) },
  });

  signIn("ann");

  expect((await screen.findByRole("alert")).textContent).toBe("You are not allowed to do this.");
  expect(session.auth.login).not.toHaveBeenCalled();
});

test("without a brand there is neither a link nor a name in the window's title", () => {
  show(<LoginPage />, { brand: { name: "" } });

  expect(document.title).toBe("Sign in");
  expect(document.querySelector(".cs-brand")).toBeNull();
});

function signIn(login: string) {
  fireEvent.input(screen.getByLabelText("Username"), { target: { value: login } });
  fireEvent.input(screen.getByLabelText("Password"), { target: { value: "right" } });
  fireEvent.click(screen.getByRole("button", { name: "Sign in" }));
}
