import { memo } from "react";

import { Link } from "@countersign/pages";

import type { Member } from "../api.ts";
import { useAppMessages } from "../messages/app-messages.ts";
import { Person } from "../projects/person.tsx";

import { DueDate } from "./due-date.tsx";
import { useTaskChanges } from "./task-changes-context.ts";
import { TaskMenu } from "./task-menu.tsx";
import { TaskNews } from "./task-news.tsx";
import type { TaskTrouble } from "./task-trouble.ts";
import { taskStates, type ShownTask, type TaskState } from "./task.ts";
import { UnsavedMark } from "./unsaved-mark.tsx";

/** Whether a task is picked to do something with several; `full`: no more can be. */
export type Pick = "none" | "open" | "picked" | "full";

export interface TaskRowProps {
  readonly pick: Pick;
  readonly onPick: ((task: ShownTask) => void) | undefined;
  /** Is told of a task before it moves or goes. */
  readonly keepFocus: (taskId: string) => void;
  readonly task: ShownTask;
  readonly trouble: TaskTrouble | undefined;
  readonly assignee: Member | undefined;
  /** The address that shows it whole. */
  readonly to: string;
}

/** A task in the list. */
export const TaskRow = memo(function TaskRow(props: TaskRowProps) {
  const { task, trouble, assignee, to, keepFocus, pick, onPick } = props;
  const { tasks: texts } = useAppMessages();
  const { move, remove, dismiss } = useTaskChanges();

  return (
    <>
      {pick !== "none" && (
        <span className="task-row__pick">
          <input
            type="checkbox"
            aria-label={texts.select(task.title)}
            checked={pick === "picked"}
            disabled={pick === "full"}
            onChange={() => onPick?.(task)}
          />
        </span>
      )}
      <span className="task-row__state">
        {task.$can.update ? (
          <select
            className="state-select"
            aria-label={texts.stateOf(task.title)}
            value={task.state}
            onChange={(event) => move(task, { state: event.currentTarget.value as TaskState })}
          >
            {taskStates.map((state) => (
              <option key={state} value={state}>
                {texts.states[state]}
              </option>
            ))}
          </select>
        ) : (
          <span className="task-row__fixed">{texts.states[task.state]}</span>
        )}
      </span>
      <span className="task-row__title" dir="auto">
        <UnsavedMark taskId={task.id} />
        <Link to={to} className="task-link">
          {task.title}
        </Link>
      </span>
      <span className="task-row__due">
        {task.dueAt && <DueDate dueAt={task.dueAt} isDone={task.state === "done"} />}
      </span>
      <span className="task-row__person">{assignee && <Person member={assignee} />}</span>
      <span className="task-row__menu">
        <TaskMenu
          task={task}
          onMove={(state) => {
            keepFocus(task.id);
            move(task, { state });
          }}
          onRemove={() => {
            keepFocus(task.id);
            remove(task);
          }}
        />
      </span>
      <TaskNews task={task} trouble={trouble} onDismiss={dismiss} />
    </>
  );
});
