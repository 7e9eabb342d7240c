import type { LibraryPermission } from "@countersign/contract";
import { useUser } from "@countersign/react";

import { usePages } from "../provider/pages-context.ts";

import { adminPath } from "./admin-address.ts";
import { mayAdminister } from "./use-may.ts";

export interface AdminSection {
  readonly name: "users" | "groups" | "sessions" | "audit" | "connections";
  readonly to: string;
  readonly label: string;
}

/** The parts of the admin's pages that the signed-in user may see: none, for most. For showing only. */
export function useAdminSections(): readonly AdminSection[] {
  const { routes, messages } = usePages();
  const user = useUser();
  if (!user) return [];
  return sections
    .filter(({ permission }) => mayAdminister(user, permission))
    .map(({ name }) => ({ name, to: adminPath(routes, name), label: messages.adminNav[name] }));
}

const sections: readonly { readonly name: AdminSection["name"]; readonly permission: LibraryPermission }[] = [
  { name: "users", permission: "users.view" },
  { name: "groups", permission: "groups.view" },
  { name: "sessions", permission: "sessions.view" },
  { name: "audit", permission: "audit.view" },
  { name: "connections", permission: "connections.view" },
];
