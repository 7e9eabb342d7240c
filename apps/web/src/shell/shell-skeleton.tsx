import { BrandLink, ConnectionPill, Loading, Skeleton } from "@countersign/pages";

import "./shell.css";

/** The frame while it is not known who is there: neither a user's page nor a stranger's. */
export function ShellSkeleton() {
  return (
    <div className="shell">
      <header className="shell__header">
        <BrandLink />
        <span className="shell__space" />
        <ConnectionPill />
      </header>
      <main id="main" tabIndex={-1} className="shell__main">
        <Loading className="cs-page">
          <Skeleton shape="title" width="10rem" />
          <Skeleton width="60%" />
          <Skeleton width="40%" />
        </Loading>
      </main>
    </div>
  );
}
