import { useState } from "react";

import { readErrorData } from "@countersign/client";
import { Button, buttonClass, describeCallError, Menu, Notice, usePages, useToast } from "@countersign/pages";

import { api, type Task } from "../api.ts";
import { useAppMessages } from "../messages/app-messages.ts";

import { useTaskChanges } from "./task-changes-context.ts";
import { taskStates } from "./task.ts";
import type { Selection } from "./use-selection.ts";

export interface SelectionBarProps {
  readonly selection: Selection;
  /** Called when it is done, or given up: the bar goes, and the focus with it. */
  readonly onEnd: () => void;
}

/** What can be done with all picked tasks at once: with all of them, or, when one of them refuses it, with none. */
export function SelectionBar({ selection, onEnd }: SelectionBarProps) {
  const { client: rpc } = api.useUtils();
  const { tasks: texts } = useAppMessages();
  const { restore } = useTaskChanges();
  const show = useToast();
  const { isBusy, trouble, attempt } = useAttempt(selection, onEnd);
  const tasks = [...selection.tasks.values()];
  const rows = tasks.map(({ id, version }) => ({ id, version }));

  const move = (state: Task["state"]) =>
    attempt(async () => {
      await rpc.task.updateMany.mutate({ rows, changes: { state }, key: crypto.randomUUID() });
      show({ text: texts.movedMany(tasks.length, texts.states[state]) });
    });

  const remove = () =>
    attempt(async () => {
      await rpc.task.removeMany.mutate({ rows, key: crypto.randomUUID() });
      const undo = { label: texts.undo, run: () => tasks.forEach((task) => restore(task)) };
      show({ text: texts.removedMany(tasks.length), action: undo });
    });

  return (
    <div className="selection" role="group" aria-label={texts.selection}>
      <span className="selection__count" role="status">
        {texts.selected(tasks.length)}
      </span>
      <Menu label={texts.moveSelected} trigger={texts.moveToShort} triggerClassName={buttonClass({ size: "small" })}>
        {taskStates.map((state) => (
          <button
            key={state}
            type="button"
            className="cs-menu__item"
            disabled={isBusy}
            onClick={() => void move(state)}
          >
            {texts.states[state]}
          </button>
        ))}
      </Menu>
      <Button size="small" isBusy={isBusy} onClick={() => void remove()}>
        {texts.remove}
      </Button>
      <Button size="small" variant="quiet" onClick={onEnd}>
        {texts.clearSelection}
      </Button>
      {trouble !== null && <Notice tone="danger">{trouble}</Notice>}
    </div>
  );
}

/** One try at a time. What refused it is taken over, so that the next one is made from what is there now. */
function useAttempt(selection: Selection, onEnd: () => void) {
  const { tasks: texts } = useAppMessages();
  const { messages, locale } = usePages();
  const [isBusy, setIsBusy] = useState(false);
  const [trouble, setTrouble] = useState<string | null>(null);

  function understand(error: unknown): string {
    const data = readErrorData(error);
    const refused = selection.tasks.get(data?.rowId ?? "");
    if (refused && data?.reason === "VERSION_CONFLICT") {
      // What is `current` of a task's conflict is a task (docs/errors.md).
      selection.refresh([data.current as Task]);
      return texts.changedOfMany(refused.title);
    }
    if (refused && data?.code === "NOT_FOUND") {
      selection.drop(refused.id);
      return texts.goneOfMany(refused.title);
    }
    return `${texts.notDone.save} ${describeCallError(error, messages, locale)}`;
  }

  async function attempt(act: () => Promise<void>) {
    if (isBusy) return;
    setIsBusy(true);
    setTrouble(null);
    try {
      await act();
      onEnd();
    } catch (error) {
      setTrouble(understand(error));
    } finally {
      setIsBusy(false);
    }
  }

  return { isBusy, trouble, attempt };
}
