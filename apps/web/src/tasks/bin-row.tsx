import { Button, ConfirmInPlace, RelativeTime } from "@countersign/pages";

import { useAppMessages } from "../messages/app-messages.ts";

import { useTaskChanges, useTaskTroubles } from "./task-changes-context.ts";
import { TaskNews } from "./task-news.tsx";
import type { ShownTask } from "./task.ts";

/** A removed task: back with it, or away with it for good. */
export function BinRow({ task }: { readonly task: ShownTask }) {
  const { tasks: texts } = useAppMessages();
  const { restore, purge, dismiss } = useTaskChanges();
  const troubles = useTaskTroubles();

  return (
    <li className="cs-row bin__row">
      <span className="cs-row__main">
        <bdi className="bin__title">{task.title}</bdi>
        {task.removedAt && (
          <span className="bin__time">
            {texts.removedAt} <RelativeTime at={task.removedAt} />
          </span>
        )}
      </span>
      {task.$can.remove && (
        <>
          <Button size="small" aria-label={texts.restoreLabel(task.title)} onClick={() => restore(task)}>
            {texts.restore}
          </Button>
          <ConfirmInPlace
            action={texts.purge}
            label={texts.purgeLabel(task.title)}
            question={texts.purgeQuestion(task.title)}
            confirm={texts.purge}
            confirming={texts.purging}
            onConfirm={() => purge(task)}
          />
        </>
      )}
      <TaskNews task={task} trouble={troubles.get(task.id)} onDismiss={dismiss} />
    </li>
  );
}
