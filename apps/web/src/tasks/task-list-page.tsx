import { useCallback, useRef, useState } from "react";

import { Button, EmptyState, Filter, ListControls } from "@countersign/pages";

import { useAppMessages } from "../messages/app-messages.ts";
import { useProject } from "../projects/project-context.ts";
import { useAddress } from "../use-address.ts";

import { ExportTasks } from "./export-tasks.tsx";
import { dues, isNarrowed, type ListChoice, orders, readListChoice, toTaskQuery, whos } from "./list-query.ts";
import { NewTask } from "./new-task.tsx";
import { SelectionBar } from "./selection-bar.tsx";
import { useTaskChanges } from "./task-changes-context.ts";
import { TaskDetail } from "./task-detail.tsx";
import { TaskRows } from "./task-rows.tsx";
import { taskStates, type ShownTask } from "./task.ts";
import { useSelection } from "./use-selection.ts";

/** All tasks of a project in one list, however many: searched, filtered and ordered through the address, live where one looks. */
export function TaskListPage() {
  const { project, userId, mayEdit } = useProject();
  const { tasks: texts } = useAppMessages();
  const address = useAddress();
  const choice = readListChoice(address.search);
  const query = toTaskQuery(project.id, userId, choice);
  const [total, setTotal] = useState<number | null>(null);
  const { create } = useTaskChanges();
  const selection = useSelection(JSON.stringify(query));
  const { refresh } = selection;
  // Written after each render of the rows and read when one is opened: nothing is rendered for it.
  const [known] = useState(() => new Map<string, ShownTask>());
  const keep = useCallback(
    (tasks: readonly ShownTask[]) => {
      known.clear();
      for (const task of tasks) known.set(task.id, task);
      refresh(tasks);
    },
    [known, refresh],
  );
  const count = useRef<HTMLParagraphElement>(null);

  /** The focus goes with the bar. */
  function endSelection() {
    selection.clear();
    count.current?.focus();
  }

  return (
    <div className="task-list">
      <ListFilters choice={choice} change={address.change} />
      <div className="task-list__bar">
        <p className="task-list__count" role="status" ref={count} tabIndex={-1}>
          {total !== null && total > 0 && texts.count(total)}
        </p>
        {total !== null && total > 0 && <ExportTasks query={query} />}
        {mayEdit && (
          <NewTask
            label={texts.create}
            caption={texts.create}
            onCreate={(title) => create({ title, state: choice.state ?? "todo" })}
          />
        )}
      </div>
      {mayEdit && selection.tasks.size > 0 && <SelectionBar selection={selection} onEnd={endSelection} />}
      <TaskRows
        query={query}
        addressOf={(task) => address.with({ task })}
        onTotal={setTotal}
        onShown={keep}
        selection={mayEdit ? selection : null}
        empty={
          isNarrowed(choice) ? (
            <EmptyState
              title={texts.nothing}
              action={<Button onClick={() => address.change(cleared)}>{texts.clear}</Button>}
            >
              {texts.nothingText}
            </EmptyState>
          ) : (
            <EmptyState title={texts.emptyTitle}>{mayEdit ? texts.emptyText : texts.emptyViewer}</EmptyState>
          )
        }
      />
      <TaskDetail address={address} find={(id) => known.get(id) ?? null} />
    </div>
  );
}

const cleared = { search: null, state: null, who: null, due: null };

interface ListFiltersProps {
  readonly choice: ListChoice;
  readonly change: (parameters: Readonly<Record<string, string | null>>) => void;
}

function ListFilters({ choice, change }: ListFiltersProps) {
  const { tasks: texts } = useAppMessages();
  return (
    <ListControls search={choice.search} onSearch={(search) => change({ search })} placeholder={texts.searchHint}>
      <Filter
        label={texts.filterState}
        value={choice.state}
        onChange={(state) => change({ state })}
        options={taskStates.map((state) => [state, texts.states[state]])}
      />
      <Filter
        label={texts.filterWho}
        value={choice.who}
        onChange={(who) => change({ who })}
        options={whos.map((who) => [who, texts.who[who]])}
      />
      <Filter
        label={texts.filterDue}
        value={choice.due}
        onChange={(due) => change({ due })}
        options={dues.map((due) => [due, texts.dues[due]])}
      />
      <Filter
        label={texts.order}
        value={choice.order}
        onChange={(order) => change({ order })}
        none={texts.orders.board}
        options={orders.map((order) => [order, texts.orders[order]])}
      />
    </ListControls>
  );
}
