import { createRootRoute, createRoute, createRouter, redirect } from "@tanstack/react-router";

import { defaultRoutes } from "@countersign/pages";

import { NotesPage } from "./notes/notes-page.tsx";
import { createReadyRoutes } from "./ready-routes.tsx";
import { Admin } from "./routes/admin.tsx";
import { Crash } from "./routes/crash.tsx";
import { NotFound } from "./routes/not-found.tsx";
import { Root } from "./routes/root.tsx";
import { SignedIn } from "./routes/signed-in.tsx";
import { parseSearch, stringifySearch } from "./search-parameters.ts";

const rootRoute = createRootRoute({ component: Root, notFoundComponent: NotFound, errorComponent: Crash });

const signedInRoute = createRoute({ getParentRoute: () => rootRoute, id: "signed-in", component: SignedIn });

const homeRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: "/",
  beforeLoad: () => redirect({ to: "/notes", replace: true, throw: true }),
});

const notesRoute = createRoute({ getParentRoute: () => signedInRoute, path: "/notes", component: NotesPage });

const adminRoute = createRoute({
  getParentRoute: () => signedInRoute,
  path: `${defaultRoutes.admin}/$`,
  component: Admin,
});

const readyRoutes = createReadyRoutes(rootRoute, signedInRoute);

const routeTree = rootRoute.addChildren([
  homeRoute,
  ...readyRoutes.forAnyone,
  signedInRoute.addChildren([notesRoute, adminRoute, ...readyRoutes.signedIn]),
]);

/** Every address of the app, and what is there. */
export const router = createRouter({ routeTree, parseSearch, stringifySearch, trailingSlash: "preserve" });

// A second router would start from nothing while the page's parts still hold the first: begin anew instead.
import.meta.hot?.accept(() => location.reload());

declare module "@tanstack/react-router" {
  interface Register {
    router: typeof router;
  }
}
