import type { LiveRowsObserver, SubscribeLiveRows } from "@countersign/client";
import type { LiveRow } from "@countersign/contract";

/** A live list whose rows a test decides. Who watches is told at once what it is, and whenever it changes. */
export function createFakeList<Row extends LiveRow>() {
  const watchers = new Set<LiveRowsObserver<Row>>();
  let present: readonly Row[] | null = null;
  let refusal: unknown = null;

  function tell(observer: LiveRowsObserver<Row>) {
    if (refusal !== null) observer.onError(refusal);
    else if (present !== null) observer.onData({ id: "1", data: { type: "list", rows: present } });
  }

  const live: SubscribeLiveRows<Row> = (observer) => {
    watchers.add(observer);
    queueMicrotask(() => watchers.has(observer) && tell(observer));
    return { unsubscribe: () => void watchers.delete(observer) };
  };

  function change(rows: readonly Row[] | null, error: unknown) {
    present = rows;
    refusal = error;
    for (const observer of watchers) tell(observer);
  }

  return {
    live,
    show: (rows: readonly Row[]) => change(rows, null),
    /** Until rows are shown. */
    refuse: (error: unknown) => change(present, error),
  };
}
