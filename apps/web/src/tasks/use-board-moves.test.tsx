import { QueryClient } from "@tanstack/react-query";
import { act, renderHook } from "@testing-library/react";
import type { ReactNode } from "react";
import { expect, test, vi } from "vitest";

import { PagesOfNobody } from "../test/pages-of-nobody.tsx";
import { task } from "../test/task.ts";

import { TaskChangesContext, type TaskChanges } from "./task-changes-context.ts";
import { shownOf, useBoardMoves, type Columns } from "./use-board-moves.ts";

const [a, b, c] = [task({ id: "a", rank: 10 }), task({ id: "b", rank: 20 }), task({ id: "c", rank: 30 })];
const columns: Columns = { todo: [a, b, c], doing: [task({ id: "d", state: "doing", rank: 5 })], done: [] };

test("a task that is moved to another column goes to its head, and it is said", () => {
  const { result, move } = onBoard();
  act(() => result.current.move(b, "doing"));
  expect(move).toHaveBeenCalledOnce();
  const [moved, fields] = move.mock.lastCall ?? [];
  expect([moved, fields?.state]).toEqual([b, "doing"]);
  expect(fields?.rank).toBeLessThan(5);
  expect(result.current.news).toBe("“b” is in Doing now.");
});

test("a step moves a task past its neighbour, and the last one up to the top", () => {
  const { result, move } = onBoard();
  act(() => result.current.step(c, "up"));
  expect(move.mock.lastCall).toEqual([c, { rank: 15 }]);
  act(() => result.current.step(a, "down"));
  expect(move.mock.lastCall).toEqual([a, { rank: 25 }]);
  act(() => result.current.step(c, "top"));
  expect(move.mock.lastCall?.[1].rank).toBeLessThan(10);
  expect(result.current.news).toBeNull();
});

test("a card that is dropped stands where it was let go; dropped where it stands, it stays", () => {
  const { result, move } = onBoard();
  act(() => result.current.drop("a", { state: "todo", index: 0 }));
  act(() => result.current.drop("a", { state: "todo", index: 1 }));
  expect(move).not.toHaveBeenCalled();

  act(() => result.current.drop("a", { state: "todo", index: 2 }));
  expect(move.mock.lastCall).toEqual([a, { rank: 25 }]);
  act(() => result.current.drop("c", { state: "todo", index: 1 }));
  expect(move.mock.lastCall).toEqual([c, { rank: 15 }]);
  act(() => result.current.drop("c", { state: "done", index: 0 }));
  expect(move.mock.lastCall).toEqual([c, { state: "done", rank: 0 }]);
});

test("in a column that goes on, a card that is dropped below all others is the last that is shown", () => {
  const { result, move } = onBoard({ todo: true, doing: false, done: false });
  expect(shownOf(columns.todo, true)).toEqual([a, b]);
  act(() => result.current.drop("d", { state: "todo", index: 2 }));
  expect(move.mock.lastCall?.[1]).toEqual({ state: "todo", rank: 15 });
});

test("what was dragged while somebody else removed it moves nothing", () => {
  const { result, move } = onBoard();
  act(() => result.current.drop("gone", { state: "done", index: 0 }));
  expect(move).not.toHaveBeenCalled();
});

const whole = { todo: false, doing: false, done: false };

function onBoard(isCut = whole) {
  const move = vi.fn<TaskChanges["move"]>();
  const unused = vi.fn<() => void>();
  const purge = vi.fn<TaskChanges["purge"]>();
  const changes: TaskChanges = { create: unused, move, remove: unused, restore: unused, purge, dismiss: unused };
  const queries = new QueryClient();
  const wrapper = ({ children }: { readonly children: ReactNode }) => (
    <PagesOfNobody queries={queries}>
      <TaskChangesContext value={changes}>{children}</TaskChangesContext>
    </PagesOfNobody>
  );
  return { move, ...renderHook(() => useBoardMoves(columns, isCut), { wrapper }) };
}
