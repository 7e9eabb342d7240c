import { attemptsOf } from "./attempts.ts";
import type { Evidence, Violation } from "./evidence.ts";

/** I2: what was refused is nowhere: not in the database, and in no frame to anybody. */
export function checkRefused({ history, final, sights }: Evidence): Violation[] {
  const refused = attemptsOf(history).filter(({ isRefused, invoke }) => isRefused && invoke.payload !== undefined);
  const wanted = new Set(refused.map(({ invoke }) => invoke.payload));
  const found = new Map<string, unknown>();
  for (const sight of sights) for (const token of sight.tokens) if (wanted.has(token)) found.set(token, sight);
  for (const row of [...final.notes, ...final.items]) found.set(row.title, row).set(row.body, row);
  for (const order of final.orders) found.set(order.label, order);

  return refused.flatMap(({ invoke: { payload = "" }, events }) =>
    found.has(payload)
      ? [{ rule: "I2", what: `${payload} was refused, and is there`, shownBy: [...events, found.get(payload)] }]
      : [],
  );
}
