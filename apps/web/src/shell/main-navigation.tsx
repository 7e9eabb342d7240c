import { Link, useRouterState } from "@tanstack/react-router";

import { Link as PagesLink, useAdminSections, useMessages, usePages } from "@countersign/pages";
import { Authenticated } from "@countersign/react";

import { useAppMessages } from "../messages/app-messages.ts";

export function MainNavigation() {
  const { nav: texts } = useAppMessages();
  return (
    <Authenticated>
      <nav className="shell__nav" aria-label={texts.label}>
        <Link to="/notes" className="shell__link">
          {texts.notes}
        </Link>
        <Link to="/projects" className="shell__link">
          {texts.projects}
        </Link>
        <AdminLink />
      </nav>
    </Authenticated>
  );
}

/** The way to the first of the admin's pages that this person may see; nothing where there is none. */
function AdminLink() {
  const { adminNav } = useMessages();
  const { routes } = usePages();
  const first = useAdminSections()[0];
  const isThere = useRouterState({ select: ({ location }) => location.pathname.startsWith(`${routes.admin}/`) });
  if (!first) return null;

  return (
    <PagesLink to={first.to} className="shell__link" aria-current={isThere ? "page" : undefined}>
      {adminNav.label}
    </PagesLink>
  );
}
