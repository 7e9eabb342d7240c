import type { ReactNode } from "react";

import { useSnapshot } from "@countersign/react";

import { AppShell } from "./app-shell.tsx";
import { ShellSkeleton } from "./shell-skeleton.tsx";

/** The frame for pages anyone may see: it waits until it is known whose header to show. */
export function OpenShell({ children }: { readonly children: ReactNode }) {
  const isKnown = useSnapshot((snapshot) => snapshot.status === "ready");
  return isKnown ? <AppShell>{children}</AppShell> : <ShellSkeleton />;
}
