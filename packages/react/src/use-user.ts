import type { SnapshotState } from "@countersign/client";
import { type SignedInSnapshot, snapshotCan } from "@countersign/contract";

import { useSnapshot } from "./use-snapshot.ts";

/**
 * The signed-in user, live; null while that is not known and when nobody is. Where the difference matters, use a gate or
 * `useSnapshot`. With a selector, as in `useUser((user) => user.username)`, only that is watched.
 */
export function useUser(): SignedInSnapshot | null;
export function useUser<Selected>(select: (user: SignedInSnapshot) => Selected): Selected | null;
export function useUser<Selected>(select?: (user: SignedInSnapshot) => Selected): SignedInSnapshot | Selected | null {
  return useSnapshot((state) => {
    const user = findUser(state);
    return user && select ? select(user) : user;
  });
}

/**
 * The signed-in user below `<Authenticated>` or `<RequireLogin>`, where there always is one.
 *
 * @throws elsewhere, when nobody is signed in.
 */
export function useSignedInUser(): SignedInSnapshot {
  const user = useUser();
  if (!user)
    throw new Error("Nobody is signed in here. Use this below <Authenticated> or <RequireLogin>, or useUser().");
  return user;
}

/** May the signed-in user do what needs this permission? For showing only: the server asks again on every call. */
export function useCan(permission: string): boolean {
  return useSnapshot((state) => state.status === "ready" && snapshotCan(state.user, permission));
}

function findUser(state: SnapshotState): SignedInSnapshot | null {
  return state.status === "ready" && state.user.isAuthenticated ? state.user : null;
}
