import type { ReactNode } from "react";

import { PageTitle } from "../primitives/page-title.tsx";

export interface MessagePageProps {
  readonly title: string;
  readonly children: ReactNode;
  /** The ways on. */
  readonly actions?: ReactNode;
}

/** A page that only says something and where to go from here. */
export function MessagePage({ title, children, actions }: MessagePageProps) {
  return (
    <div className="cs-message">
      <PageTitle>{title}</PageTitle>
      <p className="cs-message__text">{children}</p>
      {actions && <div className="cs-message__actions">{actions}</div>}
    </div>
  );
}
