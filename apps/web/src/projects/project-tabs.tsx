import { useRouterState } from "@tanstack/react-router";

import { Link } from "@countersign/pages";

import { useAppMessages } from "../messages/app-messages.ts";

import { partAt, projectParts } from "./project-parts.ts";

export function ProjectTabs({ projectId }: { readonly projectId: string }) {
  const { projects: texts } = useAppMessages();
  const present = useRouterState({ select: ({ location }) => partAt(location.pathname, projectId) });
  const base = `/projects/${projectId}`;

  return (
    <nav className="cs-tabs" aria-label={texts.sections}>
      {projectParts.map(([name, end]) => {
        const isPresent = name === present;
        return (
          <Link
            key={name}
            to={base + end}
            className={isPresent ? "cs-tabs__tab cs-tabs__tab--present" : "cs-tabs__tab"}
            aria-current={isPresent ? "page" : undefined}
          >
            {texts[name]}
          </Link>
        );
      })}
    </nav>
  );
}
