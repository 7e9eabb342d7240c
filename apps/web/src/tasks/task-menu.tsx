import { Icon, Menu } from "@countersign/pages";

import { useAppMessages } from "../messages/app-messages.ts";

import { taskStates, type ShownTask, type TaskState } from "./task.ts";

/** A way within the column a task stands in. */
export type Step = "top" | "up" | "down";

export interface TaskMenuProps {
  readonly task: ShownTask;
  /** The steps within its column that lead somewhere; none where tasks stand in another order. */
  readonly steps?: readonly Step[];
  readonly onStep?: (step: Step) => void;
  readonly onMove: (state: TaskState) => void;
  readonly onRemove: () => void;
}

const noSteps: readonly Step[] = [];

/** What can be done with a task: all that dragging does, for those who do not drag, and the way into the bin. */
export function TaskMenu({ task, steps = noSteps, onStep, onMove, onRemove }: TaskMenuProps) {
  const { tasks: texts } = useAppMessages();
  const { update, remove } = task.$can;
  if (!update && !remove) return null;

  return (
    <Menu label={texts.actions(task.title)} trigger={<Icon name="more" />} triggerClassName="cs-icon-button">
      {update &&
        taskStates
          .filter((state) => state !== task.state)
          .map((state) => (
            <Item key={state} onChoose={() => onMove(state)}>
              {texts.moveTo(texts.states[state])}
            </Item>
          ))}
      {update &&
        steps.map((step) => (
          <Item key={step} onChoose={() => onStep?.(step)}>
            {texts.steps[step]}
          </Item>
        ))}
      {remove && (
        <div className="task-menu__end">
          <Item onChoose={onRemove}>{texts.remove}</Item>
        </div>
      )}
    </Menu>
  );
}

function Item({ children, onChoose }: { readonly children: string; readonly onChoose: () => void }) {
  return (
    <button type="button" className="cs-menu__item" onClick={onChoose}>
      {children}
    </button>
  );
}
