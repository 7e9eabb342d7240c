import { nameSource } from "./page-source.ts";
import { type CrudPlan, titleOf } from "./plan-crud.ts";

/** The page of the rows that were removed: `src/<names>/<names>-bin-page.tsx`. */
export function binPageSource(plan: CrudPlan): string {
  const { names, removedAt } = plan;
  const { singular: one, type, types, file, files } = names;
  return `import { useState } from "react";

import type { ChangeOutcome } from "@countersign/client";
import { Button, buttonClass, ConfirmInPlace, EmptyState, Link, PageTitle, RelativeTime } from "@countersign/pages";
import { useLiveList } from "@countersign/react";

import { api, type ${type} } from "../api.ts";
import { EmptyBin } from "../empty-bin.tsx";
import { FailedList } from "../failed-list.tsx";
import { LoadingRows } from "../loading-rows.tsx";
import { RowFailure } from "../row-failure.tsx";

import { ${one}Texts as texts } from "./${file}-texts.ts";

/** The ${names.manyWords} that were removed: the way back for each, and the way out for good. */
export function ${types}BinPage() {
  const { client: rpc } = api.useUtils();
  // Shown until they are gone: a row says itself when what was tried with it was refused.
  const list = useLiveList(rpc.${one}, { removed: true, removing: "mark" });

  return (
    <div className="cs-page">
      <header className="cs-page__head">
        <PageTitle>{texts.binTitle}</PageTitle>
        <div className="cs-form__actions">
          <Link to="/${files}" className={buttonClass({ variant: "quiet" })}>{texts.backToAll}</Link>
          {list.rows.some(({ $can }) => $can.remove) && (
            <EmptyBin
              bin={{
                list: (page) => rpc.${one}.list.query({ ...page, removed: true, count: false }),
                purgeMany: (input) => rpc.${one}.purgeMany.mutate(input),
              }}
              count={list.total ?? list.rows.length}
              texts={texts}
            />
          )}
        </div>
      </header>
      {list.status === "error" && <FailedList text={texts.failed} error={list.error} retry={list.retry} />}
      {list.status === "loading" && <LoadingRows />}
      {list.status === "ready" && list.rows.length === 0 && (
        <EmptyState title={texts.binEmpty}>{texts.binEmptyText}</EmptyState>
      )}
      {list.rows.length > 0 && (
        <ul className="cs-list" aria-label={texts.binTitle}>
          {list.rows.map((${one}) => (
            <li className="cs-row" key={list.keyOf(${one})}>
              <Removed${type} ${one}={${one}} onRestore={() => list.restore(${one})} onPurge={() => list.purge(${one})} />
            </li>
          ))}
        </ul>
      )}
      {list.hasMore && <Button onClick={list.loadMore}>{texts.more}</Button>}
    </div>
  );
}

interface Removed${type}Props {
  readonly ${one}: ${type};
  readonly onRestore: () => Promise<ChangeOutcome<${type}>>;
  readonly onPurge: () => Promise<ChangeOutcome<${type}>>;
}

function Removed${type}({ ${one}, onRestore, onPurge }: Removed${type}Props) {
  const [tried, setTried] = useState<{ readonly outcome: ChangeOutcome<${type}>; readonly notDone: string } | null>(null);

  async function attempt(deed: typeof onRestore, notDone: string) {
    setTried(null);
    setTried({ outcome: await deed(), notDone });
  }

  return (
    <>
      <div className="cs-row__main">
        <h2 className="cs-row__title">
          <bdi>{${one}.${titleOf(plan).name}}</bdi>
        </h2>
        <ul className="cs-row__facts">
          {${one}.${removedAt} && (
            <li>
              {texts.removedAt} <RelativeTime at={${one}.${removedAt}} />
            </li>
          )}
        </ul>
      </div>
      {${one}.$can.remove && (
        <>
          <Button
            size="small"
            aria-label={texts.restoreLabel(${nameSource(plan)})}
            onClick={() => void attempt(onRestore, texts.notRestored)}
          >
            {texts.restore}
          </Button>
          <ConfirmInPlace
            action={texts.purge}
            label={texts.purgeLabel(${nameSource(plan)})}
            question={texts.purgeQuestion(${nameSource(plan)})}
            confirm={texts.purge}
            confirming={texts.purging}
            onConfirm={() => attempt(onPurge, texts.notPurged)}
          />
        </>
      )}
      {tried && <RowFailure {...tried} notKnown={texts.notKnown} />}
    </>
  );
}
`;
}
