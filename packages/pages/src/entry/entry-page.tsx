import type { ReactNode } from "react";

import { LanguageSwitch } from "../language/language-switch.tsx";
import { BrandLink } from "../primitives/brand-link.tsx";
import { PageTitle } from "../primitives/page-title.tsx";
import { Loading, Skeleton } from "../primitives/skeleton.tsx";

export interface EntryPageProps {
  readonly title: string;
  /** False while it is not known whether this page is to be shown: then it is a neutral shell. */
  readonly isReady: boolean;
  readonly children: ReactNode;
  readonly foot?: ReactNode;
}

/** A page with one thing to do and no way in yet: the brand, one card, one line below. */
export function EntryPage({ title, isReady, children, foot }: EntryPageProps) {
  return (
    <main className="cs-entry" id="main" tabIndex={-1}>
      <div className="cs-entry__column">
        <BrandLink />
        {isReady ? (
          <>
            <div className="cs-entry__card">
              <PageTitle>{title}</PageTitle>
              {children}
            </div>
            {foot && <div className="cs-entry__foot">{foot}</div>}
          </>
        ) : (
          <Loading className="cs-entry__card">
            <Skeleton shape="title" width="40%" />
            <Skeleton shape="control" />
            <Skeleton shape="control" />
            <Skeleton shape="control" />
          </Loading>
        )}
      </div>
      <LanguageSwitch />
    </main>
  );
}
