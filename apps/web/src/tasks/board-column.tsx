import { Fragment, useId } from "react";

import { Link } from "@countersign/pages";

import type { Member } from "../api.ts";
import { useAppMessages } from "../messages/app-messages.ts";

import { NewTask } from "./new-task.tsx";
import { TaskCard, type CardActions } from "./task-card.tsx";
import type { TaskTroubles } from "./task-trouble.ts";
import type { ShownTask, TaskState } from "./task.ts";
import type { Drag } from "./use-drag.ts";

export interface BoardColumnProps {
  readonly state: TaskState;
  readonly tasks: readonly ShownTask[];
  /** How many there are beyond those that are shown, these included; null while it is not known. */
  readonly total: number | null;
  readonly members: ReadonlyMap<string, Member>;
  readonly troubles: TaskTroubles;
  readonly keyOf: (task: ShownTask) => string;
  readonly drag: Drag;
  readonly actions: CardActions;
  /** Where all of them are listed. */
  readonly listAddress: string;
  /** Null for those who only look. */
  readonly onCreate: ((title: string) => void) | null;
}

/** The tasks of one state, in their order. */
export function BoardColumn(props: BoardColumnProps) {
  const { state, tasks, total, members, troubles, keyOf, drag, actions, listAddress, onCreate } = props;
  const { tasks: texts } = useAppMessages();
  const titleId = useId();
  const name = texts.states[state];
  const dropAt = drag.place?.state === state ? (drag.place?.index ?? null) : null;
  const rest = total !== null && total > tasks.length;

  return (
    <section className="board__column" data-state={state} aria-labelledby={titleId} {...drag.columnProps(state)}>
      <header className="board__head">
        <h2 className="board__title" id={titleId}>
          {name}
        </h2>
        <span className="board__count">{total === null ? null : texts.number(total)}</span>
        {onCreate && <NewTask label={texts.createIn(name)} onCreate={onCreate} />}
      </header>
      <ol className="board__cards">
        {tasks.map((task, index) => (
          <Fragment key={keyOf(task)}>
            {dropAt === index && <DropMark />}
            <li>
              <TaskCard
                task={task}
                assignee={task.assigneeId === null ? undefined : members.get(task.assigneeId)}
                trouble={troubles.get(task.id)}
                isFirst={index === 0}
                isLast={index === tasks.length - 1}
                isDragged={drag.taskId === task.id}
                actions={actions}
              />
            </li>
          </Fragment>
        ))}
        {dropAt !== null && dropAt >= tasks.length && <DropMark />}
      </ol>
      {tasks.length === 0 && <p className="board__nothing">{texts.emptyColumn}</p>}
      {rest && (
        <p className="board__rest">
          {texts.more(tasks.length, total)} <Link to={listAddress}>{texts.allInList}</Link>
        </p>
      )}
    </section>
  );
}

function DropMark() {
  return <li className="board__drop" aria-hidden="true" />;
}
