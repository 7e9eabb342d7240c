import { RelativeTime } from "@countersign/pages";

import { useAppMessages } from "../messages/app-messages.ts";
import { Person } from "../projects/person.tsx";
import { useProject } from "../projects/project-context.ts";

import { DueDate } from "./due-date.tsx";
import type { ShownTask } from "./task.ts";

export interface TaskFactsProps {
  readonly task: ShownTask;
  /** Only what cannot be changed: the rest is in a form above. */
  readonly isBrief: boolean;
}

/** All of a task, for those who only look. */
export function TaskFacts({ task, isBrief }: TaskFactsProps) {
  const { members } = useProject();
  const { tasks: texts } = useAppMessages();
  const find = (id: string | null) => members.find(({ userId }) => userId === id);
  const [assignee, maker] = [find(task.assigneeId), find(task.createdBy)];

  const made = (
    <>
      <RelativeTime at={task.createdAt} />
      {maker && <Person member={maker} />}
    </>
  );
  if (isBrief) {
    return (
      <p className="task-facts__made">
        {texts.createdBy} {made}
      </p>
    );
  }

  return (
    <div className="task-facts">
      <p className="task-facts__body" dir="auto">
        {task.body || <span className="cs-muted">{texts.noBody}</span>}
      </p>
      <dl className="cs-facts">
        <div>
          <dt>{texts.state}</dt>
          <dd>{texts.states[task.state]}</dd>
        </div>
        <div>
          <dt>{texts.assignee}</dt>
          <dd>
            {assignee ? <Person member={assignee} /> : task.assigneeId === null ? texts.nobody : texts.formerMember}
          </dd>
        </div>
        <div>
          <dt>{texts.due}</dt>
          <dd>{task.dueAt ? <DueDate dueAt={task.dueAt} isDone={task.state === "done"} /> : texts.noDue}</dd>
        </div>
        <div>
          <dt>{texts.createdBy}</dt>
          <dd>{made}</dd>
        </div>
      </dl>
    </div>
  );
}
