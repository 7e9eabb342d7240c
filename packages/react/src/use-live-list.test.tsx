import { act } from "@testing-library/react";
import { memo } from "react";
import { expect, test, vi } from "vitest";

import { type LiveListView, useLiveList, useLiveWindow, type LiveWindowView } from "./index.ts";
import { api, openTaskApp } from "./test/task-app.tsx";

type Tasks = ReturnType<typeof useTaskRouter>;
const lists: LiveListView<Tasks>[] = [];

test("rows are shown, live, and a change shows in every list of the router, whichever client each was made with", async () => {
  await using app = await openTaskApp([<List key="1" />, " | ", <List key="2" state="done" />]);
  await vi.waitFor(() => expect(app.text()).toBe("ready a b c | ready "));

  app.state.setTask({ id: "4", title: "d", rank: 9 });
  await vi.waitFor(() => expect(app.text()).toBe("ready a b c d | ready "));

  const first = Promise.withResolvers<void>();
  app.server.behaviour.taskTurns = (turn) => (turn === "update acts" ? first.promise : undefined);
  const row = app.state.tasks.get("1");
  if (!row) throw new Error("There is no first task.");
  let outcome;
  act(() => void (outcome = lists.at(-1)?.update(row, { state: "done" })));
  expect(app.text()).toBe("ready a? b c d | ready a?");
  first.resolve();
  await expect(outcome).resolves.toMatchObject({ status: "done" });
  await vi.waitFor(() => expect(app.text()).toBe("ready a b c d | ready a"));
});

test("a change renders the row that has changed, and no other", async () => {
  await using app = await openTaskApp(<List />);
  await vi.waitFor(() => expect(app.text()).toBe("ready a b c"));
  rendered.length = 0;

  app.state.setTask({ id: "2", title: "B", rank: 1, version: 2 });
  await vi.waitFor(() => expect(app.text()).toBe("ready a B c"));

  expect(new Set(rendered)).toEqual(new Set(["B"]));
});

test("another given filter is another list, whose rows are not those of the one before for one render", async () => {
  await using app = await openTaskApp(<List state="todo" />);
  await vi.waitFor(() => expect(app.text()).toBe("ready a b c"));

  app.show(<List state="done" />);
  expect(app.text()).toBe("loading ");
  await vi.waitFor(() => expect(app.text()).toBe("ready "));
});

test("a search in the options is followed, and the rows stay until its own are there", async () => {
  await using app = await openTaskApp(<List />);
  await vi.waitFor(() => expect(app.text()).toBe("ready a b c"));

  app.show(<List search="b" />);
  expect(app.text()).toBe("ready a b c …");
  await vi.waitFor(() => expect(app.text()).toBe("ready b"));
  app.show(<List search="" />);
  await vi.waitFor(() => expect(app.text()).toBe("ready a b c"));
});

test("a window shows the part of a list that is looked at", async () => {
  const windows: LiveWindowView<Tasks>[] = [];
  function Window() {
    const list = useLiveWindow(useTaskRouter(), { order: { by: "rank" }, windowSize: 2, restMs: 0 });
    windows.push(list);
    return `${list.total} ${list.rowAt(0)?.title} ${list.rowAt(2)?.title}`;
  }
  await using app = await openTaskApp(<Window />);
  await vi.waitFor(() => expect(app.text()).toBe("3 a undefined"));

  act(() => windows.at(-1)?.look(2, 2));

  await vi.waitFor(() => expect(app.text()).toBe("3 a c"));
});

test("what is asked and what is given back is typed by the router", async () => {
  function Typed() {
    const task = useTaskRouter();
    const { rows } = useLiveList(task, { filter: { state: { in: ["todo"] } }, order: { by: "title" } });
    const title: string | undefined = rows[0]?.title;
    // @ts-expect-error -- no such column is declared
    useLiveList(task, { filter: { nope: { eq: 1 } } });
    // @ts-expect-error -- no such order is declared
    useLiveWindow(task, { order: { by: "createdAt" } });
    // @ts-expect-error -- not a field of a row
    return `${typeof title} ${typeof rows[0]?.nope}`;
  }
  await using app = await openTaskApp(<Typed />);

  await vi.waitFor(() => expect(app.text()).toBe("string undefined"));
});

const rendered: string[] = [];

function useTaskRouter() {
  return api.useUtils().client.task;
}

function List({ state, search }: { readonly state?: "todo" | "done"; readonly search?: string }) {
  const list = useLiveList(useTaskRouter(), {
    ...(state && { filter: { state: { eq: state } } }),
    order: { by: "rank" },
    search,
  });
  lists.push(list);
  return (
    <>
      {list.status}{" "}
      {list.rows.map((row, index) => (
        <Row key={list.keyOf(row)} row={row} isFirst={index === 0} />
      ))}
      {list.isStale && " …"}
    </>
  );
}

type Shown = LiveListView<Tasks>["rows"][number];

const Row = memo(function Row({ row, isFirst }: { readonly row: Shown; readonly isFirst: boolean }) {
  rendered.push(row.title);
  return `${isFirst ? "" : " "}${row.title}${row.$pending ? "?" : ""}`;
});
