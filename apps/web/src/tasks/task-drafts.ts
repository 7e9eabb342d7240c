import type { Task } from "../api.ts";
import { useAppMessages } from "../messages/app-messages.ts";

/** What the form of a task has in it. */
export type TaskValues = Pick<Task, "projectId" | "title" | "body" | "state" | "assigneeId" | "dueAt">;

/** What makes the form of a task, and the drafts of all of them. */
export function useTaskFormOptions() {
  const { tasks: texts } = useAppMessages();
  return {
    empty,
    validate: ({ title }: TaskValues) => (title.trim() === "" ? { title: texts.nameMissing } : {}),
    // The server trims titles too.
    normalize: (values: TaskValues) => ({ ...values, title: values.title.trim() }),
  };
}

const empty: TaskValues = {
  // Each task has its own: it is for a copy of one that is gone.
  projectId: "",
  title: "",
  body: "",
  state: "todo",
  assigneeId: null,
  dueAt: null,
};
