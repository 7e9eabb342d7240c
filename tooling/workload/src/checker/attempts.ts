import type { HistoryEvent, Operation } from "../history.ts";

/** All that is known of one intended change. */
export interface Attempt {
  readonly client: string;
  readonly op: Operation;
  readonly key: string;
  readonly invoke: HistoryEvent;
  readonly events: readonly HistoryEvent[];
  /** The answer that was read, if one was; the first of several. */
  readonly ok: HistoryEvent | null;
  readonly fail: HistoryEvent | null;
  /** It was asked more than once. The answer to that is the row as it is by then: its version may be somebody else's doing. */
  readonly isAskedAgain: boolean;
  /** It was refused, and nobody ever had to guess: so it cannot have happened. */
  readonly isRefused: boolean;
}

/** Puts the events of each intended change together. */
export function attemptsOf(history: readonly HistoryEvent[]): readonly Attempt[] {
  const byKey = Map.groupBy(history, ({ key }) => key);
  return Array.from(byKey, ([key, events]) => toAttempt(key, events));
}

function toAttempt(key: string, events: readonly HistoryEvent[]): Attempt {
  const [invoke] = events;
  if (invoke?.phase !== "invoke") throw new Error(`The history of ${key} does not begin with its beginning.`);
  const ok = events.find(({ phase }) => phase === "ok") ?? null;
  const fail = events.find(({ phase }) => phase === "fail") ?? null;
  const isGuessed = events.some(({ phase }) => phase === "unknown");
  const { client, op } = invoke;
  return { client, op, key, invoke, events, ok, fail, isAskedAgain: isGuessed, isRefused: fail !== null && !isGuessed };
}

/** The kind of rows an operation is about. */
export const rowKind: Readonly<Partial<Record<Operation, "note" | "item" | "member" | "order">>> = {
  createNote: "note",
  updateNote: "note",
  removeNote: "note",
  createItem: "item",
  updateItem: "item",
  moveItem: "item",
  removeItem: "item",
  addMember: "member",
  changeRole: "member",
  removeMember: "member",
  placeOrder: "order",
};

/** Those that take rows away. */
export const removals: ReadonlySet<Operation> = new Set(["removeNote", "removeItem", "removeMember"]);
