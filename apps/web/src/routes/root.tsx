import { Outlet } from "@tanstack/react-router";

import { useFocusOnNavigation } from "../shell/use-focus-on-navigation.ts";

export function Root() {
  useFocusOnNavigation();
  return <Outlet />;
}
