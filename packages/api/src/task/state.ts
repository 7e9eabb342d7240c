/** The columns of the board. */
export const taskStates = ["todo", "doing", "done"] as const;
export type TaskState = (typeof taskStates)[number];
