import { Button, EmptyState } from "@countersign/pages";
import { useLiveList } from "@countersign/react";

import { api } from "../api.ts";
import { EmptyBin } from "../empty-bin.tsx";
import { FailedList } from "../failed-list.tsx";
import { LoadingRows } from "../loading-rows.tsx";
import { useAppMessages } from "../messages/app-messages.ts";
import { useProject } from "../projects/project-context.ts";

import { BinRow } from "./bin-row.tsx";

/** The tasks of a project that were removed: the way back for each, and the way out for good. */
export function BinPage() {
  const { client: rpc } = api.useUtils();
  const { project } = useProject();
  const { tasks: texts } = useAppMessages();
  const list = useLiveList(rpc.task, {
    filter: { projectId: { eq: project.id } },
    order: { by: "createdAt", direction: "desc" },
    removed: true,
    pageSize: 50,
  });

  return (
    <section className="bin" aria-label={texts.binTitle}>
      {list.rows.length > 0 && (
        <div className="bin__head">
          <p className="cs-muted bin__text">{texts.binText}</p>
          {list.rows.some(({ $can }) => $can.remove) && (
            <EmptyTaskBin projectId={project.id} count={list.total ?? list.rows.length} />
          )}
        </div>
      )}
      {list.status === "error" && <FailedList text={texts.failed} error={list.error} retry={list.retry} />}
      {list.status === "loading" && <LoadingRows />}
      {list.status === "ready" && list.rows.length === 0 && (
        <EmptyState title={texts.binEmpty}>{texts.binEmptyText}</EmptyState>
      )}
      {list.rows.length > 0 && (
        <ul className="cs-list" aria-label={texts.binTitle}>
          {list.rows.map((task) => (
            <BinRow key={task.id} task={task} />
          ))}
        </ul>
      )}
      {list.hasMore && (
        <Button size="small" isBusy={list.isStale} onClick={list.loadMore}>
          {texts.showMore}
        </Button>
      )}
    </section>
  );
}

function EmptyTaskBin({ projectId, count }: { readonly projectId: string; readonly count: number }) {
  const { client: rpc } = api.useUtils();
  const { tasks: texts } = useAppMessages();
  const filter = { projectId: { eq: projectId } };
  return (
    <EmptyBin
      bin={{
        list: (page) => rpc.task.list.query({ ...page, filter, removed: true, count: false }),
        purgeMany: (input) => rpc.task.purgeMany.mutate(input),
      }}
      count={count}
      texts={{ ...texts, notPurged: texts.notDone.purge }}
    />
  );
}
