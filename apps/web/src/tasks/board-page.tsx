import { useMemo, useState } from "react";

import { EmptyState } from "@countersign/pages";
import { useLiveList } from "@countersign/react";

import { api } from "../api.ts";
import { FailedList } from "../failed-list.tsx";
import { useAppMessages } from "../messages/app-messages.ts";
import { useProject } from "../projects/project-context.ts";
import { useAddress } from "../use-address.ts";

import { BoardColumn } from "./board-column.tsx";
import { LoadingBoard } from "./loading-board.tsx";
import { NewTask } from "./new-task.tsx";
import type { CardActions } from "./task-card.tsx";
import { useTaskChanges, useTaskTroubles } from "./task-changes-context.ts";
import { TaskDetail } from "./task-detail.tsx";
import { taskStates, type ShownTask, type TaskState } from "./task.ts";
import { shownOf, useBoardMoves, type Columns } from "./use-board-moves.ts";
import { useDrag } from "./use-drag.ts";
import { useTaskFocus } from "./use-task-focus.ts";

/** The tasks of a project in columns by state. What any member does to them is here at once. */
export function BoardPage() {
  const { project, members, mayEdit } = useProject();
  const { tasks: texts } = useAppMessages();
  const address = useAddress();
  const lists = { todo: useColumn("todo"), doing: useColumn("doing"), done: useColumn("done") };
  const columns: Columns = { todo: lists.todo.rows, doing: lists.doing.rows, done: lists.done.rows };
  const isCut = { todo: lists.todo.hasMore, doing: lists.doing.hasMore, done: lists.done.hasMore };
  const moves = useBoardMoves(columns, isCut);
  const drag = useDrag(moves.drop);
  const { remove, dismiss } = useTaskChanges();
  const troubles = useTaskTroubles();
  const [shown, setShown] = useState<TaskState>("todo");
  const byUser = useMemo(() => new Map(members.map((member) => [member.userId, member])), [members]);

  const { with: addressWith } = address;
  const { cardProps } = drag;
  const { move, step } = moves;
  const keepFocus = useTaskFocus();
  const actions: CardActions = useMemo(() => {
    // What is done by the menu takes the menu away, and the card to another place.
    const keeping =
      <Rest extends unknown[]>(act: (task: ShownTask, ...rest: Rest) => void) =>
      (task: ShownTask, ...rest: Rest) => {
        keepFocus(task.id);
        act(task, ...rest);
      };
    return {
      addressOf: (task) => addressWith({ task }),
      move: keeping(move),
      step: keeping(step),
      remove: keeping(remove),
      dismiss,
      cardProps,
    };
  }, [addressWith, move, step, remove, dismiss, cardProps, keepFocus]);

  const all = Object.values(lists);
  const failed = all.find(({ status }) => status === "error");
  const [hadTasks, setHadTasks] = useState(false);
  const hasTasks = all.some(({ rows }) => rows.length > 0);
  if (hasTasks && !hadTasks) setHadTasks(true);
  // A board that had tasks stays: between two columns a task is in neither for a moment.
  const isEmpty = !hadTasks && !hasTasks && all.every(({ status }) => status === "ready");

  return (
    <>
      {failed && (
        <FailedList text={texts.failed} error={failed.error} retry={() => all.forEach(({ retry }) => retry())} />
      )}
      <p className="cs-visually-hidden" role="status">
        {moves.news}
      </p>
      {isEmpty && (
        <EmptyState
          title={texts.emptyTitle}
          action={
            mayEdit && (
              <NewTask label={texts.create} caption={texts.create} onCreate={(title) => moves.create(title, "todo")} />
            )
          }
        >
          {mayEdit ? texts.emptyText : texts.emptyViewer}
        </EmptyState>
      )}
      {all.some(({ status }) => status === "loading") && <LoadingBoard />}
      {!isEmpty && all.every(({ status }) => status !== "loading") && (
        <>
          <div className="board__switch" role="group" aria-label={texts.column}>
            {taskStates.map((state) => (
              <button
                key={state}
                type="button"
                className="board__tab"
                aria-pressed={state === shown}
                onClick={() => setShown(state)}
              >
                {texts.states[state]} <span className="board__count">{texts.number(lists[state].total ?? 0)}</span>
              </button>
            ))}
          </div>
          <div className="board" data-shown={shown}>
            {taskStates.map((state) => (
              <BoardColumn
                key={state}
                state={state}
                tasks={shownOf(columns[state], isCut[state])}
                total={lists[state].total}
                members={byUser}
                troubles={troubles}
                keyOf={lists[state].keyOf}
                drag={drag}
                actions={actions}
                listAddress={`/projects/${project.id}/list?state=${state}`}
                onCreate={mayEdit ? (title) => moves.create(title, state) : null}
              />
            ))}
          </div>
        </>
      )}
      <TaskDetail
        address={address}
        find={(id) =>
          findIn(
            all.flatMap(({ rows }) => rows),
            id,
          )
        }
      />
    </>
  );
}

function findIn(tasks: readonly ShownTask[], id: string): ShownTask | null {
  return tasks.find((task) => task.id === id) ?? null;
}

function useColumn(state: TaskState) {
  const { client: rpc } = api.useUtils();
  const { project } = useProject();
  return useLiveList(rpc.task, {
    filter: { projectId: { eq: project.id }, state: { eq: state } },
    order: { by: "rank" },
    pageSize: 100,
  });
}
