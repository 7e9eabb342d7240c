import { Button, describeCallError, usePages } from "@countersign/pages";

import { useAppMessages } from "../messages/app-messages.ts";

import type { TaskTrouble } from "./task-trouble.ts";
import type { ShownTask } from "./task.ts";

export interface TaskNewsProps {
  readonly task: ShownTask;
  readonly trouble: TaskTrouble | undefined;
  readonly onDismiss: (taskId: string) => void;
}

/** What is going on with a task, where it stands: nothing while all is well. */
export function TaskNews({ task, trouble, onDismiss }: TaskNewsProps) {
  const { tasks: texts } = useAppMessages();
  const { messages } = usePages();
  const describe = useDescribeTrouble();
  if (trouble) {
    return (
      <div className="task-news task-news--trouble" role="alert">
        <p>{describe(task, trouble)}</p>
        <div className="task-news__actions">
          <Button size="small" onClick={trouble.again}>
            {messages.common.retry}
          </Button>
          <Button size="small" variant="quiet" onClick={() => onDismiss(task.id)}>
            {messages.common.dismiss}
          </Button>
        </div>
      </div>
    );
  }

  // What is on its way in good order is not worth a word.
  const phase = task.$pending?.phase ?? "sending";
  return (
    <p className="task-news" role="status">
      {phase !== "sending" && texts.phases[phase]}
    </p>
  );
}

/** Why something was not done, in a sentence. */
export function useDescribeTrouble() {
  const { messages, locale } = usePages();
  const { tasks: texts } = useAppMessages();
  return ({ state }: Pick<ShownTask, "state">, { deed, outcome }: TaskTrouble): string => {
    if (outcome.status === "conflict") return texts.changedMeanwhile(texts.states[state]);
    const reason = describeCallError(outcome.error, messages, locale);
    return `${outcome.status === "unknown" ? texts.notKnown : texts.notDone[deed]} ${reason}`;
  };
}
