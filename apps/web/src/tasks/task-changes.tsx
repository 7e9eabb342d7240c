import { useCallback, useMemo, useState, type ReactNode } from "react";

import type { ChangeOutcome } from "@countersign/client";
import { describeCallError, usePages, useToast } from "@countersign/pages";
import { useRowActions } from "@countersign/react";

import { api, type Task } from "../api.ts";
import { useAppMessages } from "../messages/app-messages.ts";
import { useProject } from "../projects/project-context.ts";

import { placeAt } from "./rank.ts";
import { TaskChangesContext, TaskTroublesContext, type TaskChanges } from "./task-changes-context.ts";
import type { Deed, TaskTrouble, TaskTroubles } from "./task-trouble.ts";
import type { ShownTask, TaskState } from "./task.ts";

/** What can be done with the tasks of the open project, and what went wrong with it, for all its pages. */
export function TaskChangesProvider({ children }: { readonly children: ReactNode }) {
  const { project } = useProject();
  const { troubles, watch, dismiss } = useTroubles();
  const changes = useChanges(project.id, watch, dismiss);
  return (
    <TaskChangesContext value={changes}>
      <TaskTroublesContext value={troubles}>{children}</TaskTroublesContext>
    </TaskChangesContext>
  );
}

type Watch = (
  taskId: string,
  deed: Deed,
  attempt: Promise<ChangeOutcome<Task>>,
  again: (task: Task | null) => void,
) => void;

/** Keeps what was refused, by task, until it is tried again or put aside. */
function useTroubles() {
  const [troubles, setTroubles] = useState<TaskTroubles>(new Map());

  const put = useCallback((taskId: string, trouble: TaskTrouble | null) => {
    setTroubles((before) => {
      if (trouble === null && !before.has(taskId)) return before;
      const after = new Map(before);
      if (trouble) after.set(taskId, trouble);
      else after.delete(taskId);
      return after;
    });
  }, []);
  const dismiss = useCallback((taskId: string) => put(taskId, null), [put]);

  const watch = useCallback<Watch>(
    (taskId, deed, attempt, again) => {
      async function follow() {
        put(taskId, null);
        const outcome = await attempt;
        if (!isTrouble(outcome)) return;
        const current = outcome.status === "conflict" ? outcome.current : null;
        put(taskId, { deed, outcome, again: () => again(current) });
      }
      void follow();
    },
    [put],
  );
  return { troubles, watch, dismiss };
}

function useChanges(projectId: string, watch: Watch, dismiss: TaskChanges["dismiss"]): TaskChanges {
  const { client: rpc } = api.useUtils();
  const rows = useRowActions(rpc.task);
  const { messages, locale } = usePages();
  const { tasks: texts } = useAppMessages();
  const show = useToast();

  return useMemo(() => {
    const move: TaskChanges["move"] = (task, fields) =>
      watch(task.id, "move", rows.update(task, fields), (current) => move(current ?? task, fields));

    const restore: TaskChanges["restore"] = (task) =>
      watch(task.id, "restore", rows.restore(task), () => restore(task));

    const purge: TaskChanges["purge"] = async (task) => {
      const attempt = rows.purge(task);
      watch(task.id, "purge", attempt, () => void purge(task));
      await attempt;
    };

    const remove: TaskChanges["remove"] = (task) => {
      const attempt = rows.remove(task);
      watch(task.id, "remove", attempt, () => remove(task));
      void offerUndo(task, attempt);
    };

    async function offerUndo(task: ShownTask, attempt: Promise<ChangeOutcome<Task>>): Promise<void> {
      if ((await attempt).status !== "done") return;
      show({ text: texts.removed(task.title), action: { label: texts.undo, run: () => restore(task) } });
    }

    async function findHead(state: TaskState): Promise<number> {
      const filter = { projectId: { eq: projectId }, state: { eq: state } };
      const { rows: found } = await rpc.task.list.query({ filter, order: { by: "rank" }, limit: 1, count: false });
      return placeAt(found, 0, "")[0]?.rank ?? 0;
    }

    async function tryToCreate(values: Parameters<TaskChanges["create"]>[0]): Promise<ChangeOutcome<Task>> {
      const input = { ...values, rank: values.rank ?? (await findHead(values.state)), projectId };
      const now = new Date().toISOString();
      return rows.create(input, { preview: { ...blank, ...input, createdAt: now, updatedAt: now } });
    }

    async function createOrTell(values: Parameters<TaskChanges["create"]>[0]): Promise<void> {
      const outcome = await tryToCreate(values).catch((error: unknown) => ({ status: "refused", error }) as const);
      if (!("error" in outcome)) return;
      show({ text: `${texts.notCreated(values.title)} ${describeCallError(outcome.error, messages, locale)}` });
    }

    return { create: (values) => void createOrTell(values), move, remove, restore, purge, dismiss };
  }, [projectId, rpc, rows, watch, dismiss, messages, locale, texts, show]);
}

/** What is gone is gone from the lists too, and nobody is left to be told what was withdrawn. */
function isTrouble(outcome: ChangeOutcome<Task>): outcome is TaskTrouble["outcome"] {
  return "error" in outcome && outcome.status !== "gone";
}

/** What the server gives a task of which no more is said. */
const blank = { body: "", assigneeId: null, dueAt: null, createdBy: null, removedAt: null };
