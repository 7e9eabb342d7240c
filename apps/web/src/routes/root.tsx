import { Outlet } from "@tanstack/react-router";

import { NoticeToasts } from "../shell/notice-toasts.tsx";
import { useFocusOnNavigation } from "../shell/use-focus-on-navigation.ts";
import { useTheme } from "../shell/use-theme.ts";

export function Root() {
  useFocusOnNavigation();
  useTheme();
  return (
    <>
      <Outlet />
      <NoticeToasts />
    </>
  );
}
