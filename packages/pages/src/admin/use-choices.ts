import { useQuery } from "@tanstack/react-query";

import type { AdminCalls } from "@countersign/client";
import type { AdminGroup, AdminPermission } from "@countersign/contract";

import { useAdminCalls } from "./use-admin-calls.ts";
import { useMay } from "./use-may.ts";

/** All groups, for those who may see them; null for others, and while they are read. */
export function useAllGroups(): readonly AdminGroup[] | null {
  const { groups } = useAdminCalls();
  const mayList = useMay()("groups.view");
  const all = useQuery({
    queryKey: ["countersign", "admin", "all-groups"],
    queryFn: () => readAllGroups(groups),
    enabled: mayList,
  });
  return all.data ?? null;
}

/** All permissions there are, for those who may see them; null for others, and while they are read. */
export function useAllPermissions(): readonly AdminPermission[] | null {
  const { permissions } = useAdminCalls();
  const mayList = useMay()("groups.view");
  const all = useQuery({
    queryKey: ["countersign", "admin", "all-permissions"],
    queryFn: () => permissions.list(),
    enabled: mayList,
  });
  return all.data ?? null;
}

async function readAllGroups(groups: AdminCalls["groups"]): Promise<readonly AdminGroup[]> {
  const all: AdminGroup[] = [];
  let cursor: string | undefined;
  // A user is given at most five hundred.
  for (let page = 0; page < 5; page += 1) {
    const { rows, nextCursor } = await groups.list({ limit: 100, ...(cursor && { cursor }) });
    all.push(...rows);
    if (nextCursor === null) break;
    cursor = nextCursor;
  }
  return all;
}
