import { useLayoutEffect, useState } from "react";

import { Button, Loading, Notice, Skeleton, useWindowTitle } from "@countersign/pages";
import { useCrudForm, useLiveList } from "@countersign/react";

import { api } from "../api.ts";
import { isId } from "../is-id.ts";
import { useAppMessages } from "../messages/app-messages.ts";
import { useProject } from "../projects/project-context.ts";
import type { Address } from "../use-address.ts";

import { Attachments } from "./attachments/attachments.tsx";
import { Sheet } from "./sheet.tsx";
import { useTaskChanges } from "./task-changes-context.ts";
import { useTaskFormOptions } from "./task-drafts.ts";
import { TaskFacts } from "./task-facts.tsx";
import { TaskForm } from "./task-form.tsx";
import type { ShownTask } from "./task.ts";
import { useTaskFocus } from "./use-task-focus.ts";

export interface TaskDetailProps {
  readonly address: Address;
  /** A task that the page below shows: it is there before the server answers, and without a connection. */
  readonly find: (id: string) => ShownTask | null;
}

/** The task that the address names, over the page that is open; nothing when it names none. */
export function TaskDetail({ address, find }: TaskDetailProps) {
  const id = address.search["task"];
  const keepFocus = useTaskFocus("link");
  if (!isId(id)) return null;
  return (
    <OpenTask key={id} id={id} known={find(id)} keepFocus={keepFocus} onClose={() => address.change({ task: null })} />
  );
}

interface OpenTaskProps {
  readonly id: string;
  /** As the page below has it. */
  readonly known: ShownTask | null;
  /** Is told of the task before it closes or goes. */
  readonly keepFocus: (taskId: string) => void;
  readonly onClose: () => void;
}

function OpenTask({ id, known, keepFocus, onClose }: OpenTaskProps) {
  const { client: rpc } = api.useUtils();
  const { project } = useProject();
  const { tasks: texts } = useAppMessages();
  const { status, rows } = useLiveList(rpc.task, {
    filter: { id: { eq: id }, projectId: { eq: project.id } },
    pageSize: 1,
  });
  // Where what opened it is gone, or there was nothing that did, the browser has nowhere to give the focus back to.
  useLayoutEffect(() => () => keepFocus(id), [id, keepFocus]);
  const [task] = rows;
  const [seen, setSeen] = useState(known);
  if (task && task !== seen) setSeen(task);
  const shown = task ?? seen;
  useWindowTitle(`${shown?.title ?? texts.title} · ${project.name}`);

  if (!shown) {
    return (
      <Sheet title={status === "loading" ? texts.title : texts.gone} onClose={onClose}>
        {status === "loading" ? <LoadingTask /> : <p className="sheet__text">{texts.goneText}</p>}
      </Sheet>
    );
  }
  const isGone = status === "ready" && !task;
  return (
    <Sheet title={shown.title} onClose={onClose}>
      {isGone && <InTheBin task={shown} />}
      <TaskWhole task={shown} isGone={isGone} keepFocus={keepFocus} onClose={onClose} />
    </Sheet>
  );
}

interface TaskWholeProps extends Pick<OpenTaskProps, "keepFocus" | "onClose"> {
  readonly task: ShownTask;
  /** Is it in the bin, so that `task` is what it was last? */
  readonly isGone: boolean;
}

function TaskWhole({ task, isGone, keepFocus, onClose }: TaskWholeProps) {
  const { mayEdit } = useProject();
  const { tasks: texts } = useAppMessages();
  const { remove } = useTaskChanges();

  function handleRemove() {
    keepFocus(task.id);
    remove(task);
    onClose();
  }

  return (
    <>
      {mayEdit ? <TaskForm task={task} isGone={isGone} onClose={onClose} /> : <LeftDraft task={task} />}
      <TaskFacts task={task} isBrief={mayEdit} />
      <Attachments taskId={task.id} mayAdd={mayEdit && !isGone} />
      {task.$can.remove && !isGone && (
        <div className="sheet__foot">
          <Button variant="quiet" size="small" onClick={handleRemove}>
            {texts.remove}
          </Button>
        </div>
      )}
    </>
  );
}

/** What somebody wrote who only may look by now: it is not kept from them, and can be put away. */
function LeftDraft({ task }: { readonly task: ShownTask }) {
  const { client: rpc } = api.useUtils();
  const { tasks: texts, editor } = useAppMessages();
  const { isDirty, values, discard } = useCrudForm(rpc.task, { row: task, ...useTaskFormOptions() });
  if (!isDirty) return null;

  return (
    <>
      <Notice
        tone="warning"
        action={
          <Button size="small" onClick={discard}>
            {editor.discard}
          </Button>
        }
      >
        {texts.mayOnlyLook}
      </Notice>
      <blockquote className="task-facts__body" dir="auto">
        {[values.title, values.body].filter(Boolean).join("\n")}
      </blockquote>
    </>
  );
}

/** Somebody removed it while it is looked at: what is being written stays, and there is a way back. */
function InTheBin({ task }: { readonly task: ShownTask }) {
  const { mayEdit } = useProject();
  const { client: rpc } = api.useUtils();
  const { tasks: texts } = useAppMessages();
  const { restore } = useTaskChanges();
  const { isDirty } = useCrudForm(rpc.task, { row: task, ...useTaskFormOptions() });
  return (
    <Notice
      tone="warning"
      action={
        mayEdit && (
          <Button size="small" onClick={() => restore(task)}>
            {texts.restore}
          </Button>
        )
      }
    >
      {isDirty ? texts.goneWhileWriting : texts.goneWhileOpen}
    </Notice>
  );
}

function LoadingTask() {
  return (
    <Loading className="task-form">
      <Skeleton shape="control" />
      <Skeleton width="90%" />
      <Skeleton width="60%" />
    </Loading>
  );
}
