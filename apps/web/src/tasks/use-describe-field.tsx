import { useAppMessages } from "../messages/app-messages.ts";
import { useProject } from "../projects/project-context.ts";
import { nameOf } from "../projects/project.ts";

import { DueDate } from "./due-date.tsx";
import type { TaskValues } from "./task-drafts.ts";
import { taskStates, type ShownTask } from "./task.ts";

/** A field of a task and what is in it, in words. */
export function useDescribeField(task: ShownTask) {
  const { members } = useProject();
  const { tasks: texts } = useAppMessages();
  return <Name extends keyof TaskValues>(name: Name, value: TaskValues[Name]) => {
    const text = value ?? "";
    switch (name) {
      case "state":
        return { label: texts.state, value: texts.states[taskStates.find((state) => state === value) ?? "todo"] };
      case "assigneeId": {
        const member = members.find(({ userId }) => userId === value);
        return { label: texts.assignee, value: member ? nameOf(member) : value ? texts.formerMember : texts.nobody };
      }
      case "dueAt":
        return {
          label: texts.due,
          value: text ? <DueDate dueAt={text} isDone={task.state === "done"} /> : texts.noDue,
        };
      case "body":
        return { label: texts.body, value: <bdi>{text || texts.noBody}</bdi> };
      default:
        return { label: texts.name, value: <bdi>{text}</bdi> };
    }
  };
}
