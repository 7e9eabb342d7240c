import { isDeepStrictEqual } from "node:util";

import { type Project, titleOf } from "../rows/fill-projects.ts";

/** How many rows a list shows: as many as a page has when nothing is asked. */
const pageSize = 20;

/** A call, and what its answer must be. */
export interface PlannedCall {
  readonly type: "query" | "mutation";
  readonly input: unknown;
  /** @throws when the answer is not the right one */
  check(answer: unknown): void;
}

/** One caller's calls of one action, each made anew: `place` tells callers apart that call at the same time. */
export interface CrudAction {
  readonly name: "list" | "get" | "create" | "update";
  next(place: number): PlannedCall;
}

interface SentTask {
  readonly id: string;
  readonly version: number;
  readonly title: string;
}

/**
 * The four actions. Lists and updates are of the first project; what is created goes into the second, so that the lists stay as
 * long as they are.
 */
export function createActions([shelf, heap]: readonly Project[]): readonly CrudAction[] {
  if (!shelf || !heap) throw new Error("There are to be two projects.");
  const versions = shelf.taskIds.map(() => 1);
  let [expectedRows, created]: [unknown, number] = [null, 0];

  return [
    {
      name: "list",
      next: () => ({
        type: "query",
        input: { filter: { projectId: { eq: shelf.id } }, limit: pageSize },
        check(answer) {
          // The first one is looked at; all others, of whichever side, must have the same rows.
          const rows = requirePage(answer, shelf);
          expectedRows ??= rows;
          if (!isDeepStrictEqual(rows, expectedRows)) throw wrong(answer);
        },
      }),
    },
    {
      name: "get",
      next(place) {
        const id = shelf.taskIds[place];
        return { type: "query", input: { id }, check: (answer) => requireTask(answer, { id }) };
      },
    },
    {
      name: "create",
      next() {
        created += 1;
        const title = titleOf(created);
        const input = { projectId: heap.id, title, rank: created };
        return { type: "mutation", input, check: (answer) => requireTask(answer, { title, version: 1 }) };
      },
    },
    {
      name: "update",
      next(place) {
        // Behind those that the list shows.
        const task = pageSize + 1 + place;
        const [id, version] = [shelf.taskIds[task], versions[task] ?? 1];
        const title = titleOf(version);
        return {
          type: "mutation",
          input: { id, version, title },
          check(answer) {
            requireTask(answer, { id, title, version: version + 1 });
            versions[task] = version + 1;
          },
        };
      },
    },
  ];
}

function requirePage(answer: unknown, { taskIds }: Project): unknown {
  const { rows, total, nextCursor } = answer as { rows: readonly SentTask[]; total: number; nextCursor: string | null };
  const isRight = isDeepStrictEqual(
    rows.map(({ id }) => id),
    taskIds.slice(0, pageSize),
  );
  if (!isRight || total !== taskIds.length || nextCursor === null) throw wrong(answer);
  return rows;
}

function requireTask(answer: unknown, expected: Readonly<Record<string, unknown>>): void {
  // The cast: what is not there is not equal.
  const task = answer as Readonly<Record<string, unknown>> & { readonly $can?: Readonly<Record<string, boolean>> };
  const isRight = Object.entries(expected).every(([name, value]) => task[name] === value);
  if (!isRight || task.$can?.["update"] !== true || task.$can["remove"] !== true) throw wrong(answer);
}

function wrong(answer: unknown): Error {
  return new Error(`A wrong answer: ${JSON.stringify(answer)}`);
}
