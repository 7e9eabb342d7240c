/** Somebody whose answers all name them. */
export interface Owner {
  readonly name: string;
  /** What stands in the one note they have. */
  readonly note: string;
}

/** Whose the answer is, when it is another's than of who asked; null when it is not. Refusals are nobody's, and are read as well. */
export function findStranger(answer: string, asker: Owner, all: readonly Owner[]): string | null {
  const stranger = all.find(
    ({ name, note }) => name !== asker.name && (answer.includes(name) || answer.includes(note)),
  );
  return stranger?.name ?? null;
}

/** Is it an error, over HTTP or over the socket? */
export function isRefusal(answer: string): boolean {
  return "error" in (JSON.parse(answer) as object);
}
