import { useEffect, useRef, type ReactNode } from "react";

import type { LiveRow } from "@countersign/contract";

import { describeCallError } from "../form/describe-call-error.ts";
import { Button, buttonClass } from "../primitives/button.tsx";
import { EmptyState } from "../primitives/empty-state.tsx";
import { Link } from "../primitives/link.tsx";
import { Notice } from "../primitives/notice.tsx";
import { Loading, Skeleton } from "../primitives/skeleton.tsx";
import { usePages } from "../provider/pages-context.ts";

import type { AdminListState } from "./use-admin-list.ts";
import type { ListAddress } from "./use-list-address.ts";
import { usePageBefore } from "./use-page-before.ts";

export interface ListBodyProps<Row extends LiveRow> {
  /** What the list is called to those who do not see it. */
  readonly label: string;
  readonly list: AdminListState<Row>;
  /** A row of it. */
  readonly children: (row: Row) => ReactNode;
  /** Where the list has pages: how they are reached, and the one that is shown. */
  readonly pages?: { readonly address: ListAddress; readonly cursor: string | null };
}

/** The rows of a list, or why there are none; and the way to its other pages. */
export function ListBody<Row extends LiveRow>({ label, list, pages, children }: ListBodyProps<Row>) {
  const { adminList: texts } = usePages().messages;
  const place = useRef<HTMLDivElement>(null);
  const cursor = pages?.cursor ?? null;
  const shownCursor = useRef(cursor);
  useEffect(() => {
    // The link that led to another page may be gone with the one before.
    if (cursor !== shownCursor.current) place.current?.closest(".cs-page")?.querySelector("h1")?.focus();
    shownCursor.current = cursor;
  }, [cursor]);

  return (
    <>
      <div ref={place} hidden />
      {list.status === "error" && <FailedList error={list.error} retry={list.retry} />}
      {list.status === "loading" && <LoadingList />}
      {list.status === "ready" && list.rows.length === 0 && (
        <EmptyState title={texts.nothing}>{texts.nothingText}</EmptyState>
      )}
      {list.rows.length > 0 && (
        <ul className="cs-list cs-list--dense" aria-label={label}>
          {list.rows.map((one) => (
            <li className="cs-row" key={one.id}>
              {children(one)}
            </li>
          ))}
        </ul>
      )}
      {pages && <Pager pages={pages} nextCursor={list.nextCursor} />}
    </>
  );
}

interface PagerProps {
  readonly pages: NonNullable<ListBodyProps<LiveRow>["pages"]>;
  readonly nextCursor: string | null;
}

function Pager({ pages: { address, cursor }, nextCursor }: PagerProps) {
  const { adminList: texts } = usePages().messages;
  const next = nextCursor === null ? null : address.pageAt(nextCursor);
  const before = usePageBefore(address.pageAt(cursor), next);
  const first = cursor === null ? null : address.pageAt(null);
  if (first === null && next === null) return null;

  return (
    <nav className="cs-pager" aria-label={texts.pages}>
      {first !== null && <PageLink to={first} text={texts.first} />}
      {/* On the second page they would be the same. */}
      {before !== null && before !== first && <PageLink to={before} text={texts.previous} />}
      {next !== null && <PageLink to={next} text={texts.next} />}
    </nav>
  );
}

function PageLink({ to, text }: { readonly to: string; readonly text: string }) {
  return (
    <Link to={to} className={buttonClass({ size: "small" })}>
      {text}
    </Link>
  );
}

function FailedList({ error, retry }: { readonly error: unknown; readonly retry: () => void }) {
  const { messages, locale } = usePages();
  return (
    <Notice
      tone="danger"
      action={
        <Button size="small" onClick={retry}>
          {messages.common.retry}
        </Button>
      }
    >
      {messages.adminList.failed} {describeCallError(error, messages, locale)}
    </Notice>
  );
}

function LoadingList() {
  return (
    <Loading className="cs-list">
      {["30%", "45%", "25%"].map((width) => (
        <div className="cs-row" key={width}>
          <span className="cs-row__main">
            <Skeleton width={width} />
            <Skeleton width="60%" />
          </span>
        </div>
      ))}
    </Loading>
  );
}
