import type { ReactNode } from "react";

export interface BadgeProps {
  readonly tone?: "neutral" | "accent";
  readonly children: ReactNode;
}

export function Badge({ tone = "neutral", children }: BadgeProps) {
  return <span className={tone === "accent" ? "cs-badge cs-badge--accent" : "cs-badge"}>{children}</span>;
}
