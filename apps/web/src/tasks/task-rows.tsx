import { useEffect, useState, type ReactNode } from "react";

import { useLiveWindow } from "@countersign/react";

import { api } from "../api.ts";
import { FailedList } from "../failed-list.tsx";
import { LoadingRows } from "../loading-rows.tsx";
import { useAppMessages } from "../messages/app-messages.ts";

import type { TaskQuery } from "./list-query.ts";
import type { ShownTask } from "./task.ts";
import type { Selection } from "./use-selection.ts";
import { VirtualRows } from "./virtual-rows.tsx";

export interface TaskRowsProps {
  readonly query: TaskQuery;
  /** The address that shows a task whole. */
  readonly addressOf: (taskId: string) => string;
  readonly onTotal: (total: number | null) => void;
  /** Is told of the tasks that are on the page now. */
  readonly onShown: (tasks: readonly ShownTask[]) => void;
  /** For those who may change tasks; null for those who only look. */
  readonly selection: Selection | null;
  /** In place of a list that has nothing in it. */
  readonly empty: ReactNode;
}

/** Any number of tasks. When others are asked for, those of before stay in sight until the new ones are there. */
export function TaskRows({ query, ...rest }: TaskRowsProps) {
  const key = JSON.stringify(query);
  const [shown, setShown] = useState({ key, query });
  const isWaiting = shown.key !== key;

  return (
    <>
      {isWaiting && <Rows key={shown.key} query={shown.query} place="old" {...rest} />}
      <Rows
        key={key}
        query={query}
        place={isWaiting ? "waiting" : "shown"}
        onReady={() => setShown({ key, query })}
        {...rest}
      />
    </>
  );
}

interface RowsProps extends TaskRowsProps {
  readonly place: "shown" | "waiting" | "old";
  readonly onReady?: () => void;
}

function Rows({ query, addressOf, onTotal, onShown, selection, empty, place, onReady }: RowsProps) {
  const { client: rpc } = api.useUtils();
  const { tasks: texts } = useAppMessages();
  const { status, total, rowAt, look, keyOf, error, retry } = useLiveWindow(rpc.task, query);

  const isReadyAtLast = place === "waiting" && status !== "loading";
  useEffect(() => {
    if (isReadyAtLast) onReady?.();
  }, [isReadyAtLast, onReady]);
  useEffect(() => {
    if (place === "shown") onTotal(total);
  }, [place, total, onTotal]);

  if (place === "waiting") return null;
  return (
    <>
      {status === "error" && <FailedList text={texts.failed} error={error} retry={retry} />}
      {status === "loading" && <LoadingRows />}
      {status === "ready" && total === 0 && empty}
      {total !== null && total > 0 && (
        <VirtualRows
          total={total}
          rowAt={rowAt}
          look={look}
          keyOf={keyOf}
          addressOf={addressOf}
          onShown={onShown}
          selection={selection}
          isOld={place === "old"}
        />
      )}
    </>
  );
}
