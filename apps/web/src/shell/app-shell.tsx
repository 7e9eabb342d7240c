import type { ReactNode } from "react";

import { BrandLink, ConnectionPill, SkipLink } from "@countersign/pages";

import { MainNavigation } from "./main-navigation.tsx";
import { useHeaderHeight } from "./use-header-height.ts";
import { UserMenu } from "./user-menu.tsx";

import "./shell.css";

/** The frame of the app round every page of it: the header, and the place of the page. */
export function AppShell({ children }: { readonly children: ReactNode }) {
  const header = useHeaderHeight();
  return (
    <div className="shell">
      <SkipLink />
      <header className="shell__header" ref={header}>
        <BrandLink />
        <MainNavigation />
        <span className="shell__space" />
        <ConnectionPill />
        <UserMenu />
      </header>
      <main id="main" tabIndex={-1} className="shell__main">
        {children}
      </main>
    </div>
  );
}
