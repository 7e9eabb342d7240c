import type { ReactNode } from "react";

import { joinClasses } from "../primitives/class-name.ts";
import { Link } from "../primitives/link.tsx";
import { PageTitle } from "../primitives/page-title.tsx";
import { usePages } from "../provider/pages-context.ts";

import { useAdminSections, type AdminSection } from "./use-admin-sections.ts";

export interface AdminFrameProps {
  readonly title: string;
  /** Where in the navigation this page belongs. */
  readonly section: AdminSection["name"];
  /** Beside the title. */
  readonly aside?: ReactNode;
  readonly action?: ReactNode;
  readonly children: ReactNode;
}

/** A page of the admin's: the way to the others that this person may see, the title, and what is there. */
export function AdminFrame({ title, section, aside, action, children }: AdminFrameProps) {
  const { adminNav: texts } = usePages().messages;
  const sections = useAdminSections();

  return (
    <div className="cs-page cs-admin">
      <nav className="cs-tabs" aria-label={texts.label}>
        {sections.map(({ name, to, label }) => (
          <Link
            key={name}
            to={to}
            className={joinClasses("cs-tabs__tab", name === section && "cs-tabs__tab--present")}
            aria-current={name === section ? "page" : undefined}
          >
            {label}
          </Link>
        ))}
      </nav>
      <header className="cs-page__head">
        <div className="cs-admin__heading">
          <PageTitle>{title}</PageTitle>
          {aside}
        </div>
        {action}
      </header>
      {children}
    </div>
  );
}
