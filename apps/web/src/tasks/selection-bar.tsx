import { useRef, useState } from "react";

import { CallFailure, readErrorData } from "@countersign/client";
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

  const move = (state: Task["state"]) =>
    attempt(`move ${state}`, async (call) => {
      await rpc.task.updateMany.mutate({ ...call, changes: { state } });
      show({ text: texts.movedMany(tasks.length, texts.states[state]) });
    });

  const remove = () =>
    attempt("remove", async (call) => {
      await rpc.task.removeMany.mutate(call);
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

/** What a call for many rows begins with. */
interface ManyCall {
  readonly rows: { readonly id: string; readonly version: number }[];
  readonly key: string;
}

/**
 * One try at a time. What refused it is taken over, so that the next one is made from what is there now. When the answer was
 * lost, the same deed with the same tasks is the same call again, with its key and its versions: it is done once.
 */
function useAttempt(selection: Selection, onEnd: () => void) {
  const { tasks: texts } = useAppMessages();
  const { messages, locale } = usePages();
  const [isBusy, setIsBusy] = useState(false);
  const [trouble, setTrouble] = useState<string | null>(null);

  /** The call whose answer was lost. */
  const lost = useRef<{ readonly what: string; readonly call: ManyCall } | null>(null);

  function begin(deed: string) {
    const rows = [...selection.tasks.values()].map(({ id, version }) => ({ id, version }));
    const what = JSON.stringify([deed, rows.map(({ id }) => id)]);
    return lost.current?.what === what ? lost.current : { what, call: { rows, key: crypto.randomUUID() } };
  }

  function understand(error: unknown): string {
    if (error instanceof CallFailure && error.outcome === "unknown") return texts.notKnownOfMany;
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

  async function attempt(deed: string, act: (call: ManyCall) => Promise<void>) {
    if (isBusy) return;
    const begun = begin(deed);
    setIsBusy(true);
    setTrouble(null);
    try {
      await act(begun.call);
      onEnd();
    } catch (error) {
      const isLost = error instanceof CallFailure && (error.outcome === "unknown" || lost.current === begun);
      lost.current = isLost ? begun : null;
      setTrouble(understand(error));
    } finally {
      setIsBusy(false);
    }
  }

  return { isBusy, trouble, attempt };
}
