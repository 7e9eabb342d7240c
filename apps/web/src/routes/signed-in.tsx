import { Outlet } from "@tanstack/react-router";

import type { SessionEndReason } from "@countersign/contract";
import { usePages, withReturnTo } from "@countersign/pages";
import { RequireLogin } from "@countersign/react";

import { DraftNews } from "../notes/draft-news.tsx";
import { AppShell } from "../shell/app-shell.tsx";
import { ShellSkeleton } from "../shell/shell-skeleton.tsx";
import { TaskDraftNews } from "../tasks/task-draft-news.tsx";

/** The pages of those who are signed in. Whose session ends is led to the login page, and back here afterwards. */
export function SignedIn() {
  const { navigate, routes, settings } = usePages();

  function goToLogin(returnTo: string, endReason: SessionEndReason | null) {
    // Who signed out on purpose is done with this page.
    const to = endReason === "signed_out" ? settings.afterLogout : withReturnTo(routes.login, returnTo, routes.home);
    navigate(to, { replace: true });
  }

  return (
    <RequireLogin loading={<ShellSkeleton />} fallback={<ShellSkeleton />} redirect={goToLogin}>
      <AppShell>
        <Outlet />
      </AppShell>
      <DraftNews />
      <TaskDraftNews />
    </RequireLogin>
  );
}
