import type { ReactNode } from "react";

import { Icon } from "./icon.tsx";

export interface NoticeProps {
  /** `danger` is read out at once; the others when there is time. */
  readonly tone?: "neutral" | "warning" | "danger";
  readonly id?: string;
  readonly children: ReactNode;
  readonly action?: ReactNode;
}

/** One calm line about what happened, where the person is looking. */
export function Notice({ tone = "neutral", id, children, action }: NoticeProps) {
  return (
    <div className={`cs-notice cs-notice--${tone}`} id={id} role={tone === "danger" ? "alert" : "status"}>
      {tone !== "neutral" && <NoticeIcon />}
      <p>{children}</p>
      {action}
    </div>
  );
}

function NoticeIcon() {
  return <Icon name="alert" className="cs-icon cs-notice__icon" />;
}
