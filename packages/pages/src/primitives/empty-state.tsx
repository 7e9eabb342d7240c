import type { ReactNode } from "react";

export interface EmptyStateProps {
  readonly title: ReactNode;
  readonly children: ReactNode;
  /** The next step. */
  readonly action?: ReactNode;
}

/** In place of a list that has nothing in it yet. */
export function EmptyState({ title, children, action }: EmptyStateProps) {
  return (
    <div className="cs-empty">
      <p className="cs-empty__title">{title}</p>
      <p className="cs-empty__text">{children}</p>
      {action}
    </div>
  );
}
