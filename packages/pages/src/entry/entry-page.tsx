import { useEffect, useRef, type ReactNode } from "react";

import { ConnectionPill, ConnectionTrouble } from "../connection/connection-pill.tsx";
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
  const main = useFocusOnNextStep(title);

  return (
    <main className="cs-entry" id="main" tabIndex={-1} ref={main}>
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
          <>
            <Loading className="cs-entry__card">
              <Skeleton shape="title" width="40%" />
              <Skeleton shape="control" />
              <Skeleton shape="control" />
              <Skeleton shape="control" />
            </Loading>
            <div className="cs-entry__trouble">
              <ConnectionPill />
              <ConnectionTrouble />
            </div>
          </>
        )}
      </div>
      <LanguageSwitch />
    </main>
  );
}

/**
 * When one step of a page takes the place of another, the button that had the focus is gone: the new heading takes it, so
 * that it is read out and Tab goes on from there. A focus that is still somewhere, as in a field of the new step, stays.
 */
function useFocusOnNextStep(title: string) {
  const main = useRef<HTMLElement>(null);
  const before = useRef(title);

  useEffect(() => {
    if (before.current === title) return;
    before.current = title;
    if (document.activeElement === document.body) main.current?.querySelector("h1")?.focus();
  }, [title]);

  return main;
}
