import { createRootRoute, createRoute, createRouter, redirect } from "@tanstack/react-router";

import { AccountPage, LoginPage, RegisterPage } from "@countersign/pages";

import { NotesPage } from "./notes/notes-page.tsx";
import { Crash } from "./routes/crash.tsx";
import { Forbidden } from "./routes/forbidden.tsx";
import { NotFound } from "./routes/not-found.tsx";
import { Root } from "./routes/root.tsx";
import { SignedIn } from "./routes/signed-in.tsx";
import { parseSearch, stringifySearch } from "./search-parameters.ts";

const rootRoute = createRootRoute({ component: Root, notFoundComponent: NotFound, errorComponent: Crash });

const loginRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: "/login",
  component: function Login() {
    return <LoginPage next={loginRoute.useSearch().next} />;
  },
  validateSearch: readNext,
});

const registerRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: "/register",
  component: function Register() {
    return <RegisterPage next={registerRoute.useSearch().next} />;
  },
  validateSearch: readNext,
});

const forbiddenRoute = createRoute({ getParentRoute: () => rootRoute, path: "/forbidden", component: Forbidden });

const signedInRoute = createRoute({ getParentRoute: () => rootRoute, id: "signed-in", component: SignedIn });

const homeRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: "/",
  beforeLoad: () => redirect({ to: "/notes", replace: true, throw: true }),
});

const notesRoute = createRoute({ getParentRoute: () => signedInRoute, path: "/notes", component: NotesPage });

const accountRoute = createRoute({
  getParentRoute: () => signedInRoute,
  path: "/account",
  component: function Account() {
    return <AccountPage />;
  },
});

const routeTree = rootRoute.addChildren([
  homeRoute,
  loginRoute,
  registerRoute,
  forbiddenRoute,
  signedInRoute.addChildren([notesRoute, accountRoute]),
]);

/** Every address of the app, and what is there. */
export const router = createRouter({ routeTree, parseSearch, stringifySearch, trailingSlash: "preserve" });

declare module "@tanstack/react-router" {
  interface Register {
    router: typeof router;
  }
}

/** Where to go after signing in, as it is in the address; the pages check it. */
function readNext({ next }: Record<string, unknown>): { next?: string } {
  return typeof next === "string" ? { next } : {};
}
