import type { ReactNode } from "react";

import { joinClasses } from "./class-name.ts";

export interface BadgeProps {
  readonly tone?: "neutral" | "accent" | "danger";
  readonly children: ReactNode;
}

export function Badge({ tone = "neutral", children }: BadgeProps) {
  return <span className={joinClasses("cs-badge", tone !== "neutral" && `cs-badge--${tone}`)}>{children}</span>;
}
