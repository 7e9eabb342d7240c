import { daysFromToday, instantOf, today } from "./day.ts";
import { taskStates, type TaskState } from "./task.ts";

/** What of a project's tasks is listed, as it stands in the address. Null: everything. */
export interface ListChoice {
  readonly search: string | null;
  readonly state: TaskState | null;
  readonly who: Who | null;
  readonly due: Due | null;
  readonly order: Order | null;
}

export const whos = ["me", "nobody"] as const;
export type Who = (typeof whos)[number];
export const dues = ["late", "week"] as const;
export type Due = (typeof dues)[number];
/** Null stands for the place within a column: the first of each, then the second of each. */
export const orders = ["due", "newest", "oldest", "title"] as const;
export type Order = (typeof orders)[number];

/** Reads an address. What else people write into one is not asked of the server. */
export function readListChoice(address: Readonly<Record<string, unknown>>): ListChoice {
  const { search, state, who, due, order } = address;
  return {
    search: typeof search === "string" && search.trim() !== "" ? cut(search) : null,
    state: oneOf(taskStates, state),
    who: oneOf(whos, who),
    due: oneOf(dues, due),
    order: oneOf(orders, order),
  };
}

export type TaskQuery = ReturnType<typeof toTaskQuery>;

/** What the server is asked. */
export function toTaskQuery(projectId: string, userId: string, choice: ListChoice) {
  return {
    ...(choice.search !== null && { search: choice.search }),
    filter: {
      projectId: { eq: projectId },
      ...stateFilter(choice),
      ...(choice.who && { assigneeId: choice.who === "me" ? { eq: userId } : { isNull: true } }),
      ...(choice.due && { dueAt: dueFilter(choice.due) }),
    },
    order: orderOf(choice.order),
  };
}

export function isNarrowed({ search, state, who, due }: ListChoice): boolean {
  return search !== null || state !== null || who !== null || due !== null;
}

/** What is done is never late. */
function stateFilter({ state, due }: ListChoice) {
  const eq = state && { eq: state };
  const open = due === "late" && { in: taskStates.filter((each) => each !== "done") };
  return (eq || open) && { state: { ...eq, ...open } };
}

/** Late is what was due before today; this week is what is due within seven days from today. */
function dueFilter(due: Due) {
  if (due === "late") return { lt: instantOf(today()) };
  return { gte: instantOf(today()), lt: instantOf(daysFromToday(7)) };
}

function orderOf(order: Order | null) {
  switch (order) {
    case "due":
      return { by: "dueAt", direction: "asc" } as const;
    case "newest":
      return { by: "createdAt", direction: "desc" } as const;
    case "oldest":
      return { by: "createdAt", direction: "asc" } as const;
    case "title":
      return { by: "title", direction: "asc" } as const;
    default:
      return { by: "rank", direction: "asc" } as const;
  }
}

/** To what the server takes, and not inside a character. */
function cut(search: string): string {
  return search.slice(0, 100).replace(/[\uD800-\uDBFF]$/, "");
}

function oneOf<Choice extends string>(choices: readonly Choice[], value: unknown): Choice | null {
  return choices.find((choice) => choice === value) ?? null;
}
