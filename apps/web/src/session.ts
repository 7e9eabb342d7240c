import { QueryClient } from "@tanstack/react-query";

import { createSessionClient } from "@countersign/client";

import { api } from "./api.ts";
import { router } from "./router.tsx";

/** The one connection of this window, and what stands on it. */
export const sessionClient = createSessionClient({
  // A refused call may say where to go; the page and what is being written stay.
  onRedirect: (to) => router.history.push(to),
});

export const queryClient = new QueryClient({
  // The session client decides what may be sent again; React Query must not.
  defaultOptions: { queries: { retry: false }, mutations: { retry: false } },
});

export const trpcClient = api.createClient({ links: sessionClient.links() });

// There is one of these. When this module changes while developing, the socket goes and the page begins anew, rather than
// a second client beside the first.
import.meta.hot?.dispose(() => sessionClient.close());
import.meta.hot?.accept(() => location.reload());
