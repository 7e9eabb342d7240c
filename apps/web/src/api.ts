import { createTRPCReact } from "@trpc/react-query";
import type { inferRouterOutputs } from "@trpc/server";

import type { AppRouter } from "@app/api";

/** The server's procedures, typed: `api.note.remove.useMutation()`. The one file that names the router. */
export const api = createTRPCReact<AppRouter>();

/** A note as the server sends it. */
export type Note = inferRouterOutputs<AppRouter>["note"]["get"];
