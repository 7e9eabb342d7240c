import { useQuery } from "@tanstack/react-query";

import { readErrorData } from "@countersign/client";
import type { PendingSignIn } from "@countersign/contract";

import { usePages } from "../provider/pages-context.ts";

import { useQueryParameter } from "./use-query-parameter.ts";

export type PendingState =
  | { readonly status: "loading" | "invalid" }
  | { readonly status: "failed"; readonly error: unknown; readonly retry: () => void }
  | { readonly status: "ready"; readonly id: string; readonly pending: PendingSignIn };

/** What is still to be asked of this browser about the sign-in that the address names. `invalid`: nothing is, any more. */
export function usePendingSignIn(): PendingState {
  const { calls } = usePages();
  const id = useQueryParameter("t");
  const { data, error, refetch } = useQuery({
    queryKey: ["countersign", "auth", "pending", id],
    queryFn: () => calls.pendingSignIn(id ?? ""),
    // Once: it is used up when it is answered, and signing in makes everything be read again.
    enabled: (query) => id !== null && id !== "" && query.state.data === undefined,
    staleTime: Infinity,
    gcTime: 0,
    retry: false,
    refetchOnWindowFocus: false,
    refetchOnReconnect: false,
  });

  if (id && data) return { status: "ready", id, pending: data };
  if (!id || readErrorData(error)?.reason === "SIGN_IN_LINK_INVALID") return { status: "invalid" };
  return error ? { status: "failed", error, retry: () => void refetch() } : { status: "loading" };
}
