import { type Attempt, attemptsOf } from "./attempts.ts";
import type { Evidence, Violation } from "./evidence.ts";

const creations = new Set(["createNote", "createItem", "placeOrder"]);

/** I3: each intended row is there at most once, by the answers and in the database; and no row is there that nobody wanted. */
export function checkKeys({ history, final }: Evidence): Violation[] {
  const attempts = attemptsOf(history);
  const wanted = new Map(attempts.filter(({ op }) => creations.has(op)).map((one) => [one.invoke.payload, one]));
  const rows = [
    ...[...final.notes, ...final.items].map(({ id, body }) => ({ id, madeAs: body })),
    ...final.orders.map(({ id, label }) => ({ id, madeAs: label })),
  ];
  const byPayload = Map.groupBy(rows, ({ madeAs }) => madeAs);
  return [
    ...attempts.filter(hasSeveralRows).map(({ key, events }) => {
      return { rule: "I3", what: `${key} was answered with several rows`, shownBy: events };
    }),
    ...Array.from(byPayload, ([payload, same]) => {
      const attempt = wanted.get(payload);
      if (attempt === undefined) return [{ rule: "I3", what: `nobody wanted ${payload}`, shownBy: same }];
      if (same.length === 1) return [];
      return [{ rule: "I3", what: `${payload} is there ${same.length} times`, shownBy: [...same, ...attempt.events] }];
    }).flat(),
  ];
}

function hasSeveralRows({ events }: Attempt): boolean {
  const answered = events.flatMap(({ phase, row }) => (phase === "ok" && row !== undefined ? [row] : []));
  return new Set(answered).size > 1;
}
