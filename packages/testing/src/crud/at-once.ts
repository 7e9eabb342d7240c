const mostAtOnce = 20;

/** Does the same to each, a few at once. */
export async function atOnce<Item>(items: Iterable<Item>, act: (item: Item) => Promise<void>): Promise<void> {
  const waiting = [...items];
  while (waiting.length > 0) await Promise.all(waiting.splice(0, mostAtOnce).map(act));
}
