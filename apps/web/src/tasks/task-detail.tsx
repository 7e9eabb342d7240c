import { Loading, Skeleton } from "@countersign/pages";
import { useLiveList } from "@countersign/react";

import { api } from "../api.ts";
import { useAppMessages } from "../messages/app-messages.ts";
import { useProject } from "../projects/project-context.ts";
import type { Address } from "../use-address.ts";

import { Sheet } from "./sheet.tsx";
import { TaskFacts } from "./task-facts.tsx";

/** The task that the address names, over the page that is open; nothing when it names none. */
export function TaskDetail({ address }: { readonly address: Address }) {
  const id = address.search["task"];
  if (typeof id !== "string" || !uuid.test(id)) return null;
  return <OpenTask key={id} id={id} onClose={() => address.change({ task: null })} />;
}

const uuid = /^[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}$/i;

interface OpenTaskProps {
  readonly id: string;
  readonly onClose: () => void;
}

function OpenTask({ id, onClose }: OpenTaskProps) {
  const { client: rpc } = api.useUtils();
  const { project } = useProject();
  const { tasks: texts } = useAppMessages();
  const { status, rows } = useLiveList(rpc.task, {
    filter: { id: { eq: id }, projectId: { eq: project.id } },
    pageSize: 1,
  });
  const [task] = rows;

  return (
    <Sheet title={task?.title ?? texts.gone} onClose={onClose}>
      {status === "loading" && (
        <Loading className="task-sheet__body">
          <Skeleton shape="title" width="60%" />
          <Skeleton />
          <Skeleton width="80%" />
        </Loading>
      )}
      {status !== "loading" && !task && <p className="cs-muted">{texts.goneText}</p>}
      {task && <TaskFacts task={task} />}
    </Sheet>
  );
}
