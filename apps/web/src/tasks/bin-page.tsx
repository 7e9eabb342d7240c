import { Button, EmptyState, RelativeTime } from "@countersign/pages";
import { useLiveList } from "@countersign/react";

import { api } from "../api.ts";
import { FailedList } from "../failed-list.tsx";
import { LoadingRows } from "../loading-rows.tsx";
import { useAppMessages } from "../messages/app-messages.ts";
import { useProject } from "../projects/project-context.ts";

import { useTaskChanges, useTaskTroubles } from "./task-changes-context.ts";
import { TaskNews } from "./task-news.tsx";

/** The tasks of a project that were removed, and the way back for each. */
export function BinPage() {
  const { client: rpc } = api.useUtils();
  const { project } = useProject();
  const { tasks: texts } = useAppMessages();
  const { restore, dismiss } = useTaskChanges();
  const troubles = useTaskTroubles();
  const list = useLiveList(rpc.task, {
    filter: { projectId: { eq: project.id } },
    order: { by: "createdAt", direction: "desc" },
    removed: true,
    pageSize: 50,
  });

  return (
    <section className="bin" aria-label={texts.binTitle}>
      {list.rows.length > 0 && <p className="cs-muted bin__text">{texts.binText}</p>}
      {list.status === "error" && <FailedList text={texts.failed} error={list.error} retry={list.retry} />}
      {list.status === "loading" && <LoadingRows />}
      {list.status === "ready" && list.rows.length === 0 && (
        <EmptyState title={texts.binEmpty}>{texts.binEmptyText}</EmptyState>
      )}
      {list.rows.length > 0 && (
        <ul className="cs-list" aria-label={texts.binTitle}>
          {list.rows.map((task) => (
            <li className="cs-row bin__row" key={task.id}>
              <span className="cs-row__main">
                <bdi className="bin__title">{task.title}</bdi>
                {task.removedAt && (
                  <span className="bin__time">
                    {texts.removedAt} <RelativeTime at={task.removedAt} />
                  </span>
                )}
              </span>
              {task.$can.remove && (
                <Button size="small" aria-label={texts.restoreLabel(task.title)} onClick={() => restore(task)}>
                  {texts.restore}
                </Button>
              )}
              <TaskNews task={task} trouble={troubles.get(task.id)} onDismiss={dismiss} />
            </li>
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
