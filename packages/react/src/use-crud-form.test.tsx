import { act } from "@testing-library/react";
import { useState } from "react";
import { expect, test, vi } from "vitest";

import { type CrudForm, useCrudForm, useLiveList } from "./index.ts";
import { api, openTaskApp } from "./test/task-app.tsx";

type Form = ReturnType<typeof useTaskForm>;
const forms: Form[] = [];

function present(): Form {
  const form = forms.at(-1);
  if (!form) throw new Error("No form has been shown yet.");
  return form;
}

test("a form holds what the row has, follows it, and holds what is written in it from then on", async () => {
  await using app = await openTaskApp(<Editor id="1" />);
  await vi.waitFor(() => expect(app.text()).toBe("a"));

  app.state.setTask({ id: "1", title: "A", version: 2 });
  await vi.waitFor(() => expect(app.text()).toBe("A"));

  act(() => present().field("title").onChange("mine"));
  expect(app.text()).toBe("mine dirty");
  app.state.setTask({ id: "1", title: "theirs", version: 3 });
  await vi.waitFor(() => expect(app.text()).toBe("mine dirty outdated"));

  act(() => present().discard());
  expect(app.text()).toBe("theirs");
  act(() => present().set({ title: "x" }));
  act(() => present().set({ title: "theirs" }));
  expect(app.text()).toBe("theirs");
});

test("what the server says of a field is at the field, and goes when the form is saved", async () => {
  await using app = await openTaskApp(<Editor id="1" />);
  await vi.waitFor(() => expect(app.text()).toBe("a"));

  act(() => present().set({ title: "x".repeat(21) }));
  await act(() => present().save());
  expect(present().field("title").error).toBe("Too long: at most 20 characters.");
  expect(present()).toMatchObject({ phase: "writing", isDirty: true });

  act(() => present().set({ title: "tea" }));
  await act(async () => expect(await present().save()).toMatchObject({ status: "done", row: { title: "tea" } }));
  await vi.waitFor(() => expect(app.text()).toBe("tea"));
  expect(present()).toMatchObject({ isDirty: false, errors: {} });
});

test("a conflict is put before the person, who keeps one of the versions", async () => {
  await using app = await openTaskApp(<Editor id="1" />);
  await vi.waitFor(() => expect(app.text()).toBe("a"));
  act(() => present().set({ title: "mine" }));
  app.state.setTask({ id: "1", title: "theirs", version: 2 });

  await act(() => present().save());

  expect(present().conflict).toMatchObject({
    mine: { title: "mine" },
    theirs: { title: "theirs" },
    current: { version: 2 },
    fields: ["title"],
  });
  await act(() => present().keepMine());
  expect(app.state.tasks.get("1")).toMatchObject({ title: "mine", version: 3 });
  await vi.waitFor(() => expect(app.text()).toBe("mine"));
});

test("what is written outlives its page and a restart of the server, and is saved once", async () => {
  await using app = await openTaskApp(<Editor id={null} />);
  await vi.waitFor(() => expect(app.text()).toBe(""));
  act(() => present().set({ title: "half a thought" }));

  app.show("another page");
  app.show(<Editor id={null} />);
  expect(app.text()).toBe("half a thought dirty");

  await app.server.stop();
  await app.tab.is("reconnecting");
  let outcome: ReturnType<Form["save"]> | undefined;
  act(() => void (outcome = present().save()));
  expect(present()).toMatchObject({ phase: "saving", progress: "waiting" });
  app.show("another page");
  await app.server.start();

  await expect(outcome).resolves.toMatchObject({ status: "done", row: { title: "half a thought" } });
  expect(app.state.executions.get("create")).toBe(1);
  app.show(<Editor id={null} />);
  expect(app.text()).toBe("");
});

test("fields are typed by the router", async () => {
  function Typed() {
    const task = api.useUtils().client.task;
    const typed = useCrudForm(task, { row: null, empty: { title: "", state: "todo" } });
    const state: "todo" | "doing" | "done" = typed.values.state;
    // @ts-expect-error -- no such state
    const set = () => typed.set({ state: "half" });
    // @ts-expect-error -- no such field
    const field = () => typed.field("nope");
    // @ts-expect-error -- no such field
    useCrudForm(task, { row: null, form: "bad", empty: { title: "", nope: 1 } });
    return `${state} ${typeof set} ${typeof field}`;
  }
  await using app = await openTaskApp(<Typed />);

  expect(app.text()).toBe("todo function function");
});

test("what somebody else changes in another field is in the form at once, and saving asks nobody", async () => {
  await using app = await openTaskApp(<Editor id="1" />);
  await vi.waitFor(() => expect(app.text()).toBe("a"));
  act(() => present().set({ title: "mine" }));

  app.state.setTask({ id: "1", title: "a", state: "done", version: 2 });
  await vi.waitFor(() => expect(present().values).toEqual({ title: "mine", state: "done" }));
  expect(app.text()).toBe("mine dirty");

  await act(async () => expect(await present().save()).toMatchObject({ status: "done" }));
  expect(app.state.tasks.get("1")).toMatchObject({ title: "mine", state: "done", version: 3 });
});

test("a row that goes while it is written in is gone at once, and once it is back what was written is saved in it", async () => {
  await using app = await openTaskApp(<Editor id="1" />);
  await vi.waitFor(() => expect(app.text()).toBe("a"));
  act(() => present().set({ title: "mine" }));
  const before = app.state.tasks.get("1");

  app.state.removeTask("1");
  await vi.waitFor(() => expect(app.text()).toBe("mine dirty gone"));
  await act(() => present().save());
  expect(app.text()).toBe("mine dirty gone");

  app.state.setTask({ id: "1", title: "a", version: 3, ...(before && { state: before.state }) });
  await vi.waitFor(() => expect(app.text()).toBe("mine dirty"));
  await act(() => present().save());
  expect([...app.state.tasks.values()].filter(({ title }) => title === "mine")).toMatchObject([{ id: "1" }]);
});

function useTaskForm(id: string | null): CrudForm<Task, { readonly title: string; readonly state: Task["state"] }> {
  const { client } = api.useUtils();
  const { rows } = useLiveList(client.task, { order: { by: "rank" } });
  const row = rows.find((each) => each.id === id) ?? null;
  // As a page does that keeps what it shows.
  const [seen, setSeen] = useState(row);
  if (row && row !== seen) setSeen(row);
  return useCrudForm(client.task, {
    row: row ?? seen,
    isGone: row === null && seen !== null,
    empty: { title: "", state: "todo" },
  });
}

type Task = ReturnType<typeof useLiveList<ReturnType<typeof api.useUtils>["client"]["task"]>>["rows"][number];

function Editor({ id }: { readonly id: string | null }) {
  const form = useTaskForm(id);
  forms.push(form);
  return `${form.values.title}${form.isDirty ? " dirty" : ""}${form.isOutdated ? " outdated" : ""}${form.phase === "gone" ? " gone" : ""}`;
}
