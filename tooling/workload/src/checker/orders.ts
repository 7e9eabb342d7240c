import { attemptsOf } from "./attempts.ts";
import type { Evidence, FinalOrder, Violation } from "./evidence.ts";

/** I4: an order is there with all its lines and events and with the right sums, or nothing of it is. */
export function checkOrders({ history, final }: Evidence): Violation[] {
  const placed = attemptsOf(history).filter(({ op }) => op === "placeOrder");
  const wanted = new Map(placed.map(({ invoke }) => [invoke.payload, invoke.lines]));
  const halves = final.orders.filter((order) => !isWhole(order, wanted.get(order.label)));
  return [
    ...halves.map((order) => ({ rule: "I4", what: `order ${order.label} is not whole`, shownBy: [order] })),
    ...final.orphans.map((orphan) => ({ rule: "I4", what: `${orphan} belongs to no order`, shownBy: [] })),
  ];
}

function isWhole({ lineCount, lines, total, amount, events }: FinalOrder, wanted: number | undefined): boolean {
  const hasEvents = events.toSorted().join(" ") === "audit outbox";
  return lineCount === lines && total === amount && hasEvents && (wanted === undefined || wanted === lines);
}
