import { createRootRoute, createRoute, createRouter, redirect } from "@tanstack/react-router";

import { defaultRoutes } from "@countersign/pages";

import { NotesPage } from "./notes/notes-page.tsx";
import { MembersPage } from "./projects/members-page.tsx";
import { ProjectFrame } from "./projects/project-frame.tsx";
import { ProjectsPage } from "./projects/projects-page.tsx";
import { createReadyRoutes } from "./ready-routes.tsx";
import { Admin } from "./routes/admin.tsx";
import { Crash } from "./routes/crash.tsx";
import { NotFound } from "./routes/not-found.tsx";
import { Root } from "./routes/root.tsx";
import { SignedIn } from "./routes/signed-in.tsx";
import { parseSearch, stringifySearch } from "./search-parameters.ts";
import { BinPage } from "./tasks/bin-page.tsx";
import { BoardPage } from "./tasks/board-page.tsx";
import { TaskListPage } from "./tasks/task-list-page.tsx";

const rootRoute = createRootRoute({ component: Root, notFoundComponent: NotFound, errorComponent: Crash });

const signedInRoute = createRoute({ getParentRoute: () => rootRoute, id: "signed-in", component: SignedIn });

const homeRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: "/",
  beforeLoad: () => redirect({ to: "/notes", replace: true, throw: true }),
});

const notesRoute = createRoute({ getParentRoute: () => signedInRoute, path: "/notes", component: NotesPage });

const projectsRoute = createRoute({ getParentRoute: () => signedInRoute, path: "/projects", component: ProjectsPage });

const projectRoute = createRoute({
  getParentRoute: () => signedInRoute,
  path: "/projects/$projectId",
  component: ProjectFrame,
});

const projectParts = [
  createRoute({ getParentRoute: () => projectRoute, path: "/", component: BoardPage }),
  createRoute({ getParentRoute: () => projectRoute, path: "list", component: TaskListPage }),
  createRoute({ getParentRoute: () => projectRoute, path: "members", component: MembersPage }),
  createRoute({ getParentRoute: () => projectRoute, path: "bin", component: BinPage }),
];

const adminRoute = createRoute({
  getParentRoute: () => signedInRoute,
  path: `${defaultRoutes.admin}/$`,
  component: Admin,
});

const readyRoutes = createReadyRoutes(rootRoute, signedInRoute);

const routeTree = rootRoute.addChildren([
  homeRoute,
  ...readyRoutes.forAnyone,
  signedInRoute.addChildren([
    notesRoute,
    projectsRoute,
    projectRoute.addChildren(projectParts),
    adminRoute,
    ...readyRoutes.signedIn,
  ]),
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
