import { memo } from "react";

import { Link } from "@countersign/pages";

import type { Member } from "../api.ts";
import { Person } from "../projects/person.tsx";

import { DueDate } from "./due-date.tsx";
import { TaskMenu, type Step } from "./task-menu.tsx";
import { TaskNews, type TaskNewsProps } from "./task-news.tsx";
import type { ShownTask, TaskState } from "./task.ts";
import { UnsavedMark } from "./unsaved-mark.tsx";
import type { Drag } from "./use-drag.ts";

/** What a card lets a person do. Each function stays the same, so that one card's change renders no other. */
export interface CardActions {
  readonly addressOf: (taskId: string) => string;
  readonly move: (task: ShownTask, state: TaskState) => void;
  readonly step: (task: ShownTask, step: Step) => void;
  readonly remove: (task: ShownTask) => void;
  readonly dismiss: (taskId: string) => void;
  readonly cardProps: Drag["cardProps"];
}

export interface TaskCardProps extends Pick<TaskNewsProps, "task" | "trouble"> {
  readonly assignee: Member | undefined;
  readonly isFirst: boolean;
  readonly isLast: boolean;
  readonly isDragged: boolean;
  readonly actions: CardActions;
}

/** A task on the board. */
export const TaskCard = memo(function TaskCard(props: TaskCardProps) {
  const { task, trouble, assignee, isFirst, isLast, isDragged, actions } = props;
  const isNew = task.$pending?.action === "create";
  const steps: readonly Step[] = [...(isFirst ? [] : (["top", "up"] as const)), ...(isLast ? [] : (["down"] as const))];

  return (
    <article
      className="task-card"
      data-card=""
      data-task={task.id}
      data-dragged={isDragged || undefined}
      data-pending={task.$pending ? "" : undefined}
      {...(task.$can.update && actions.cardProps(task))}
    >
      <h3 className="task-card__title">
        {isNew ? (
          <bdi>{task.title}</bdi>
        ) : (
          <Link to={actions.addressOf(task.id)} className="task-link" draggable={false}>
            <bdi>{task.title}</bdi>
          </Link>
        )}
      </h3>
      <div className="task-card__menu">
        <TaskMenu
          task={task}
          steps={steps}
          onStep={(step) => actions.step(task, step)}
          onMove={(state) => actions.move(task, state)}
          onRemove={() => actions.remove(task)}
        />
      </div>
      <div className="task-card__facts">
        <UnsavedMark taskId={task.id} />
        {task.dueAt && <DueDate dueAt={task.dueAt} isDone={task.state === "done"} />}
        {assignee && <Person member={assignee} />}
      </div>
      <TaskNews task={task} trouble={trouble} onDismiss={actions.dismiss} />
    </article>
  );
});
