import { keepPreviousData, useQuery } from "@tanstack/react-query";

import { readErrorData } from "@countersign/client";
import type { AdminUser, AdminUserRow } from "@countersign/contract";
import { useLiveRows, useUser } from "@countersign/react";

import { useAdminCalls } from "./use-admin-calls.ts";

export type AdminUserState =
  | { readonly status: "loading" | "missing" }
  | { readonly status: "ready"; readonly user: AdminUser }
  | { readonly status: "error"; readonly error: unknown; readonly retry: () => void };

/** One account with all it holds, read again at once whenever it changes. */
export function useAdminUser(id: string): AdminUserState {
  const { users } = useAdminCalls();
  const live = useLiveRows<AdminUserRow>(users.live({ id, limit: 1 }), id);
  const row = live.rows[0];
  // What may be done to it depends on who looks.
  const viewerVersion = useUser((viewer) => viewer.version);
  const detail = useQuery({
    queryKey: [...adminUserKey(id), row?.version, viewerVersion],
    queryFn: () => users.get(id),
    enabled: live.status === "ready" && row !== undefined,
    placeholderData: keepPreviousData,
    // Sign-ins and sessions change no version.
    refetchInterval: 30_000,
  });

  if (live.status === "error") return { status: "error", error: live.error, retry: live.retry };
  if (live.status === "ready" && row === undefined) return { status: "missing" };
  if (readErrorData(detail.error)?.code === "NOT_FOUND") return { status: "missing" };
  if (detail.data) return { status: "ready", user: detail.data };
  if (detail.error === null) return { status: "loading" };
  return { status: "error", error: detail.error, retry: () => void detail.refetch() };
}

/** What is kept of an account begins with this. */
export function adminUserKey(id: string): readonly string[] {
  return ["countersign", "admin", "user", id];
}
