import { useRouterState } from "@tanstack/react-router";

import { Link } from "@countersign/pages";

import { useAppMessages } from "../messages/app-messages.ts";

/** The parts of a project, by the end of their addresses. */
const parts = [
  ["board", ""],
  ["list", "/list"],
  ["members", "/members"],
  ["bin", "/bin"],
] as const;

export function ProjectTabs({ projectId }: { readonly projectId: string }) {
  const { projects: texts } = useAppMessages();
  const pathname = useRouterState({ select: ({ location }) => location.pathname.replace(/\/$/, "") });
  const base = `/projects/${projectId}`;

  return (
    <nav className="cs-tabs" aria-label={texts.sections}>
      {parts.map(([name, end]) => {
        const isPresent = pathname === base + end;
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
