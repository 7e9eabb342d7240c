import type { CSSProperties, ReactNode } from "react";

import { useMessages } from "../provider/pages-context.ts";

import { joinClasses } from "./class-name.ts";

export interface SkeletonProps {
  readonly shape?: "line" | "title" | "control";
  readonly width?: CSSProperties["inlineSize"];
}

/** The place of content that is on its way. */
export function Skeleton({ shape = "line", width = "100%" }: SkeletonProps) {
  const className = joinClasses("cs-skeleton", shape !== "line" && `cs-skeleton--${shape}`);
  return <span className={className} style={{ inlineSize: width }} aria-hidden="true" />;
}

/** Holds skeletons: says once, to those who listen, that something is loading. */
export function Loading({ className, children }: { readonly className?: string; readonly children: ReactNode }) {
  const messages = useMessages();
  return (
    <div className={className} aria-busy="true">
      <span className="cs-visually-hidden" role="status">
        {messages.common.loading}
      </span>
      {children}
    </div>
  );
}
