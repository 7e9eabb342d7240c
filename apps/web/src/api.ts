import { createTRPCReact } from "@trpc/react-query";
import type { inferRouterOutputs } from "@trpc/server";

import type { AppRouter } from "@app/api";

/** The server's procedures, typed: `api.note.remove.useMutation()`. The one file that names the router. */
export const api = createTRPCReact<AppRouter>();

type Outputs = inferRouterOutputs<AppRouter>;

/** Rows as the server sends them. */
export type Note = Outputs["note"]["get"];
export type Project = Outputs["project"]["get"];
export type Member = Outputs["member"]["get"];
export type Task = Outputs["task"]["get"];
export type Attachment = Outputs["attachment"]["get"];
