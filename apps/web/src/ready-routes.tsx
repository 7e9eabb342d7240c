import { createRoute, useSearch, type AnyRoute } from "@tanstack/react-router";

import { defaultRoutes, readyPages, type ReadyPage } from "@countersign/pages";

import { Forbidden } from "./routes/forbidden.tsx";
import { OpenShell } from "./shell/open-shell.tsx";

/** The ready pages as routes, below those who bring their frame. One of them is the app's own. */
export function createReadyRoutes(root: AnyRoute, signedIn: AnyRoute) {
  const pages = readyPages({ forbidden: Forbidden });
  return {
    forAnyone: pages.filter(({ place }) => place !== "signed-in").map((page) => createReadyRoute(root, page)),
    signedIn: pages.filter(({ place }) => place === "signed-in").map((page) => createReadyRoute(signedIn, page)),
  };
}

function createReadyRoute(parent: AnyRoute, { name, place, Page }: ReadyPage) {
  return createRoute({
    getParentRoute: () => parent,
    path: defaultRoutes[name],
    validateSearch: readNext,
    component: function Ready() {
      const { next }: { readonly next?: unknown } = useSearch({ strict: false });
      const page = <Page next={next} />;
      return place === "open" ? <OpenShell>{page}</OpenShell> : page;
    },
  });
}

/** Where to go after signing in, as it is in the address; the pages check it. */
function readNext({ next }: Record<string, unknown>): { next?: string } {
  return typeof next === "string" ? { next } : {};
}
