import { act } from "@testing-library/react";
import { expect, test, vi } from "vitest";

import { useLiveList, useRowActions } from "./index.ts";
import { api, openTaskApp } from "./test/task-app.tsx";

test("a row that a live list has anew is at once in what `get` was asked for, without asking again", async () => {
  await using app = await openTaskApp([<Get key="get" />, <Live key="live" />]);
  await vi.waitFor(() => expect(app.text()).toBe("a"));
  const asked = app.state.taskReads.get;

  app.state.setTask({ id: "1", title: "A", version: 2 });

  await vi.waitFor(() => expect(app.text()).toBe("A"));
  expect(app.state.taskReads.get).toBe(asked);
});

test("what was listed by a query is read again when a live list says that something has changed, and only then", async () => {
  await using app = await openTaskApp([<List key="list" />, <Live key="live" />]);
  await vi.waitFor(() => expect(app.text()).toBe("c b a"));
  await new Promise((resolve) => setTimeout(resolve, 100));
  expect(app.state.taskReads.list).toBe(1);

  app.state.setTask({ id: "4", title: "d" });

  await vi.waitFor(() => expect(app.text()).toBe("d c b a"));
  expect(app.state.taskReads.list).toBe(2);
});

test("negative control: without a live list nothing tells the query", async () => {
  await using app = await openTaskApp([<List key="list" />, <Get key="get" />]);
  await vi.waitFor(() => expect(app.text()).toBe("c b aa"));

  app.state.setTask({ id: "1", title: "A", version: 2 });
  await new Promise((resolve) => setTimeout(resolve, 100));

  expect(app.text()).toBe("c b aa");
});

test("a change by row actions, or by a mutation of tRPC's own hooks, is in both", async () => {
  const shown: { rename(title: string): unknown; renameByHook(title: string): unknown; removeByHook(): void }[] = [];
  function Changer() {
    const actions = useRowActions(api.useUtils().client.task);
    const update = api.task.update.useMutation();
    const remove = api.task.remove.useMutation();
    const { data } = api.task.get.useQuery({ id: "1" });
    shown.push({
      rename: (title) => data && actions.update(data, { title }),
      renameByHook: (title) => data && update.mutate({ id: data.id, version: data.version, title }),
      removeByHook: () => remove.mutate({ id: "2" }),
    });
    return null;
  }
  await using app = await openTaskApp([<List key="list" />, " ", <Get key="get" />, <Changer key="changer" />]);
  await vi.waitFor(() => expect(app.text()).toBe("c b a a"));

  await act(async () => shown.at(-1)?.rename("tea"));
  await vi.waitFor(() => expect(app.text()).toBe("c b tea tea"));
  await act(async () => shown.at(-1)?.renameByHook("cocoa"));
  await vi.waitFor(() => expect(app.text()).toBe("c b cocoa cocoa"));
  await act(async () => shown.at(-1)?.removeByHook());
  await vi.waitFor(() => expect(app.text()).toBe("c cocoa cocoa"));
});

test("an older row that a slow answer brings does not replace a newer one, and nothing of it outlives its user", async () => {
  await using app = await openTaskApp([<Get key="get" />, <Live key="live" />]);
  await vi.waitFor(() => expect(app.text()).toBe("a"));
  const key = [["task", "get"], { input: { id: "1" }, type: "query" }];
  const known = app.queryClient.getQueryData<{ readonly version: number }>(key);
  app.queryClient.setQueryData(key, { ...known, version: 9, title: "newest" });

  app.state.setTask({ id: "1", title: "late", version: 2 });
  await new Promise((resolve) => setTimeout(resolve, 50));
  expect(app.text()).toBe("newest");

  await app.tab.client.auth.logout();
  expect(app.queryClient.getQueryData(key)).toBeUndefined();
});

function Get() {
  return api.task.get.useQuery({ id: "1" }).data?.title ?? "";
}

function List() {
  const { data } = api.task.list.useQuery();
  return data?.rows.map(({ title }) => title).join(" ") ?? "";
}

/** Watches the tasks, and shows nothing of it. */
function Live() {
  useLiveList(api.useUtils().client.task);
  return null;
}
