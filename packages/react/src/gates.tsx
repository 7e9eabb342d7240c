import type { ReactNode } from "react";

import { snapshotCan, type UserSnapshot } from "@countersign/contract";

import { useFreshness } from "./use-freshness.ts";
import { useSnapshot } from "./use-snapshot.ts";

export interface GateProps {
  readonly children: ReactNode;
  /** Shown while it is not known who is there. Default: nothing. */
  readonly loading?: ReactNode;
  /** Shown to those who may not pass. Default: nothing. */
  readonly fallback?: ReactNode;
}

/** Shows its children to signed-in users. */
export function Authenticated(props: GateProps) {
  return useGate(props, isSignedIn);
}

/** Shows its children to visitors who have not signed in. */
export function Anonymous(props: GateProps) {
  return useGate(props, isAnonymous);
}

/** Shows its children to those who hold the permission. For showing only: the server asks again on every call. */
export function IfPermission({ name, ...props }: GateProps & { readonly name: string }) {
  return useGate(props, (user) => snapshotCan(user, name));
}

/** Shows its children where the policy with this name lets the user do it to this row, as the server said with the row. */
export function IfCan({
  row,
  name,
  children,
  fallback = null,
}: {
  readonly row: { readonly $can?: Readonly<Record<string, boolean>> };
  readonly name: string;
  readonly children: ReactNode;
  /** Shown where it may not be done. Default: nothing. */
  readonly fallback?: ReactNode;
}) {
  return row.$can?.[name] === true ? children : fallback;
}

/**
 * Shows its children while the last sign-in, or confirmed password, counts as fresh; then `fallback`, which is the place for a
 * button that asks for the password.
 */
export function IfFresh(props: GateProps) {
  const { isFresh } = useFreshness();
  return useGate(props, (user) => user.isAuthenticated && isFresh);
}

/** Shows its children to members of the group. Needs the setting SNAPSHOT_GROUPS. */
export function IfGroup({ name, ...props }: GateProps & { readonly name: string }) {
  return useGate(props, (user) => user.isAuthenticated && user.groups.includes(name));
}

/** Shows a page to those who hold the permission, and `fallback` (the forbidden page) to all others. */
export function RequirePermission(props: GateProps & { readonly name: string; readonly fallback: ReactNode }) {
  return <IfPermission {...props} />;
}

/** Loading is not "no": nothing that depends on the answer is shown before it is there. */
function useGate({ children, loading = null, fallback = null }: GateProps, mayPass: (user: UserSnapshot) => boolean) {
  const passage = useSnapshot((state) => (state.status === "loading" ? "loading" : mayPass(state.user)));
  if (passage === "loading") return loading;
  return passage ? children : fallback;
}

function isSignedIn(user: UserSnapshot): boolean {
  return user.isAuthenticated;
}

function isAnonymous(user: UserSnapshot): boolean {
  return !user.isAuthenticated;
}
