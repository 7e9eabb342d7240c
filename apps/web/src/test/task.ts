import type { Task } from "../api.ts";

/** A task as the server could send it, called like its id. */
export function task(given: Partial<Task> & Pick<Task, "id">): Task {
  return {
    projectId: "p1",
    title: given.id,
    body: "",
    state: "todo",
    rank: 0,
    assigneeId: null,
    dueAt: null,
    createdBy: null,
    removedAt: null,
    version: 1,
    createdAt: "2026-01-01T00:00:00.000Z",
    updatedAt: "2026-01-01T00:00:00.000Z",
    $can: { update: true, remove: true },
    ...given,
  };
}
