import { keepPreviousData, useQuery } from "@tanstack/react-query";

import type { AdminCalls } from "@countersign/client";
import type { AdminGroup, AdminPermission } from "@countersign/contract";
import { useUser } from "@countersign/react";

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

/**
 * Whether the one who looks is in a group, as who puts others into it has to be. The snapshot tells it on some sites only.
 * While it is not known, no.
 */
export function useIsInGroup(): (name: string) => boolean {
  const { groups } = useAdminCalls();
  const isSuperuser = useUser((user) => user.isSuperuser) ?? false;
  const version = useUser((user) => user.version);
  const mayList = useMay()("groups.view");
  const mine = useQuery({
    queryKey: ["countersign", "admin", "own-groups", version],
    queryFn: () => groups.mine(),
    enabled: mayList && !isSuperuser,
    placeholderData: keepPreviousData,
  });
  return (name) => isSuperuser || (mine.data?.includes(name) ?? false);
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
