import { expect, test, vi } from "vitest";

import { refuse } from "../test/fixture-procedure.ts";
import { openTasks } from "../test/task-lists.ts";

test("an update is shown at once, marked, and stays when the server agrees, whether its answer or the list is first", async () => {
  await using page = await openTasks();
  const tasks = await page.list();
  for (const [title, held] of [
    ["tea", "update answers"],
    ["cocoa", "live sends"],
  ] as const) {
    page.turns.hold(held);
    tasks.seen.length = 0;
    const [first] = tasks.list.get().rows;
    if (!first) throw new Error("The list is empty.");

    const outcome = page.actions.update(first, { title });
    expect(tasks.shown).toBe(`${title}?update:sending b c`);
    const isListed = () => tasks.list.get().rows[0]?.version === 2;
    await (held === "live sends" ? outcome : vi.waitUntil(isListed));
    page.turns.letOn(held);
    await expect(outcome).resolves.toMatchObject({ status: "done", row: { title } });
    await tasks.shows(`${title} b c`);

    expect(tasks.seen).toEqual([`${title}?update:sending b c`, `${title} b c`]);
  }
});

test("rows nothing is done to are the same objects while another is changed", async () => {
  await using page = await openTasks();
  const tasks = await page.list();
  const [, ...others] = tasks.list.get().rows;

  await page.actions.update(tasks.row("a"), { title: "tea" });
  await tasks.shows("tea b c");

  expect(
    tasks.list
      .get()
      .rows.slice(1)
      .every((row, index) => row === others[index]),
  ).toBe(true);
});

test("a refused update is taken back, with what the server said: of a field, or the row as it is now", async () => {
  await using page = await openTasks();
  const tasks = await page.list();
  const before = tasks.row("a");

  const tooLong = page.actions.update(before, { title: "x".repeat(21) });
  expect(tasks.shown).toContain("?update:sending");
  await expect(tooLong).resolves.toMatchObject({
    status: "invalid",
    fields: { title: ["Too long: at most 20 characters."] },
  });
  expect(tasks.shown).toBe("a b c");
  expect(tasks.list.get().rows[0]).toBe(before);

  page.turns.hold("live sends");
  const theirs = page.state.setTask({ ...before, title: "theirs", version: 2 });
  await expect(page.actions.update(before, { title: "mine" })).resolves.toMatchObject({
    status: "conflict",
    current: theirs,
  });
  expect(tasks.shown).toBe("a b c");
  page.turns.letOn("live sends");
  await tasks.shows("theirs b c");
});

test("a task that is moved goes from one list to the other at once, to where it belongs, and without coming back", async () => {
  await using page = await openTasks(["a", "b"]);
  page.state.setTask({ id: "3", title: "x", state: "doing", rank: 1 });
  page.state.setTask({ id: "4", title: "y", state: "doing", rank: 3 });
  const todo = await page.list({ filter: { state: { eq: "todo" } }, order: { by: "rank" } });
  const doing = await page.list({ filter: { state: { eq: "doing" } }, order: { by: "rank" } });
  expect([todo.list.get().total, doing.list.get().total]).toEqual([2, 2]);
  todo.seen.length = 0;
  doing.seen.length = 0;

  const outcome = page.actions.update(todo.row("a"), { state: "doing", rank: 2 });

  expect([todo.shown, doing.shown]).toEqual(["b", "x a?update:sending y"]);
  expect([todo.list.get().total, doing.list.get().total]).toEqual([1, 3]);
  await outcome;
  await vi.waitFor(() => expect(page.turns.reached.filter((turn) => turn === "live sends").length).toBeGreaterThan(3));
  await doing.shows("x a y");
  expect(todo.seen).toEqual(["b"]);
  expect(doing.seen).toEqual(["x a?update:sending y", "x a y"]);
  expect([todo.list.get().total, doing.list.get().total]).toEqual([1, 3]);
});

test("a new row with a preview is shown at once and keeps its key; the list may be faster than the answer", async () => {
  await using page = await openTasks(["a"]);
  const tasks = await page.list({});
  for (const held of ["create answers", "live sends"]) {
    page.turns.hold(held);
    tasks.seen.length = 0;
    const outcome = page.actions.create({ title: " new " }, { preview });
    const shown = tasks.list.get().rows[0];
    if (!shown) throw new Error("Nothing is shown.");
    expect(shown).toMatchObject({ title: "new", $can: {}, $pending: { action: "create", phase: "sending" } });
    const key = page.actions.keyOf(shown);

    const isListed = () => tasks.list.get().rows[0]?.version === 1;
    await (held === "live sends" ? outcome : vi.waitUntil(isListed));
    expect(page.actions.keyOf(tasks.row("new"))).toBe(key);
    page.turns.letOn(held);
    await outcome;
    await vi.waitFor(() => expect(page.state.tasks.has(tasks.list.get().rows[0]?.id ?? "")).toBe(true));
    await tasks.shows("new a");

    expect(tasks.seen).toEqual(["new?create:sending a", "new a"]);
    expect(page.actions.keyOf(tasks.row("new"))).toBe(key);
    await page.actions.remove(tasks.row("new"));
    await tasks.shows("a");
  }
});

test("a new row without a preview is shown as soon as the server has made it; a refused one leaves nothing", async () => {
  await using page = await openTasks(["a"]);
  const tasks = await page.list({});
  page.turns.hold("live sends");

  const made = page.actions.create({ title: "new" });
  expect(tasks.shown).toBe("a");
  await made;
  expect(tasks.shown).toBe("new a");
  page.turns.letOn("live sends");

  const refused = page.actions.create({ title: "x".repeat(21) }, { preview });
  expect(tasks.shown).toBe("new?create:sending new a");
  await expect(refused).resolves.toMatchObject({ status: "invalid" });
  await tasks.shows("new a");
});

test("a removed row is gone at once, and back when that is refused; one that is gone already is removed", async () => {
  await using page = await openTasks();
  const tasks = await page.list();
  page.turns.hold("live sends");
  const before = tasks.row("a");

  const outcome = page.actions.remove(before);
  expect(tasks.shown).toBe("b c");
  expect(tasks.list.get().total).toBe(2);
  await expect(outcome).resolves.toEqual({ status: "done", row: null });
  expect(tasks.shown).toBe("b c");
  await expect(page.actions.remove(before)).resolves.toEqual({ status: "done", row: null });
  page.turns.letOn("live sends");
  await vi.waitFor(() => expect(tasks.list.get().total).toBe(2));

  page.server.behaviour.taskTurns = (turn) => {
    if (turn === "remove acts") throw new Error("refused");
  };
  const refused = page.actions.remove(tasks.row("b"));
  expect(tasks.shown).toBe("c");
  await expect(refused).resolves.toMatchObject({ status: "refused" });
  expect(tasks.shown).toBe("b c");
});

test("changes of one row are sent one after the other, each from the version that the one before made", async () => {
  await using page = await openTasks();
  const tasks = await page.list();
  page.turns.hold("update acts");

  const first = page.actions.update(tasks.row("a"), { title: "tea" });
  const second = page.actions.update(tasks.row("tea"), { state: "doing" });
  const third = page.actions.update(tasks.row("tea"), { title: "cocoa" });
  expect(tasks.shown).toBe("cocoa?update:sending b c");
  await vi.waitFor(() => expect(page.turns.reached).toContain("update acts"));
  expect(page.turns.reached.filter((turn) => turn === "update acts")).toHaveLength(1);
  page.turns.letOn("update acts");

  for (const outcome of [first, second, third]) await expect(outcome).resolves.toMatchObject({ status: "done" });
  expect(page.state.tasks.get("1")).toMatchObject({ title: "cocoa", state: "doing", version: 4 });
});

test("of several changes the refused one is taken back and the others are made", async () => {
  await using page = await openTasks();
  const tasks = await page.list();

  const bad = page.actions.update(tasks.row("a"), { title: "x".repeat(21) });
  const good = page.actions.update(tasks.row("x".repeat(21)), { state: "doing" });

  await expect(bad).resolves.toMatchObject({ status: "invalid" });
  await expect(good).resolves.toMatchObject({ status: "done", row: { title: "a", state: "doing" } });
  await tasks.shows("a b c");
});

test("what is done to a row that is still being created waits for it; when it is not created, neither is that done", async () => {
  await using page = await openTasks([]);
  const tasks = await page.list({});

  void page.actions.create({ title: "new" }, { preview });
  const renamed = page.actions.update(tasks.row("new"), { title: "newer" });
  await expect(renamed).resolves.toMatchObject({ status: "done", row: { title: "newer", version: 2 } });

  void page.actions.create({ title: "x".repeat(21) }, { preview: { ...preview, title: "bad" } });
  await expect(page.actions.update(tasks.row("bad"), { title: "worse" })).resolves.toEqual({ status: "withdrawn" });
  await tasks.shows("newer");
});

test("REL-08: without a connection a change waits, marked, and is sent when there is one", async () => {
  await using page = await openTasks();
  const tasks = await page.list();
  await page.server.stop();
  await page.tab.is("reconnecting");

  const renamed = page.actions.update(tasks.row("a"), { title: "tea" });
  const removed = page.actions.remove(tasks.row("b"));
  expect(tasks.shown).toBe("tea?update:waiting b?remove:waiting c");

  await page.server.start();
  await expect(Promise.all([renamed, removed])).resolves.toMatchObject([{ status: "done" }, { status: "done" }]);
  await tasks.shows("tea c");
});

test("CRU-31, REL-05: a change whose answer is lost is marked as being checked, and asked for with the same key until it is known", async () => {
  await using page = await openTasks();
  const tasks = await page.list();
  const held = ["update answers", "create answers", "remove answers", "live sends"];
  for (const turn of held) page.turns.hold(turn);
  const outcomes = [
    page.actions.update(tasks.row("a"), { title: "tea" }),
    page.actions.create({ title: "new", rank: 9 }, { preview: { ...preview, rank: 9 } }),
    page.actions.remove(tasks.row("c")),
  ];
  await vi.waitFor(() => expect(page.turns.reached).toEqual(expect.arrayContaining(["remove answers"])));

  await page.server.stop();
  await tasks.shows("tea?update:checking b c?remove:checking new?create:checking");
  for (const turn of held) page.turns.letOn(turn);
  await page.server.start();

  for (const outcome of outcomes) await expect(outcome).resolves.toMatchObject({ status: "done" });
  await tasks.shows("tea b new");
  expect(page.state.executions.get("update")).toBe(1);
  expect(page.state.executions.get("create")).toBe(1);
  expect(page.state.executions.get("remove")).toBe(1);
});

test("a change of which the server itself does not know whether it was made is asked for with the same key until it is known", async () => {
  await using page = await openTasks();
  const tasks = await page.list();
  let lost = 1;
  page.server.behaviour.taskTurns = (turn) => {
    if (turn === "update answers" && lost-- > 0) throw refuse("SERVICE_UNAVAILABLE", "OUTCOME_UNKNOWN");
  };

  const outcome = page.actions.update(tasks.row("a"), { title: "tea" });

  await expect(outcome).resolves.toMatchObject({ status: "done", row: { title: "tea", version: 2 } });
  expect(page.state.executions.get("update")).toBe(1);
});

test("LOG-11: nothing that was done as one user is shown or sent as another", async () => {
  await using page = await openTasks();
  const tasks = await page.list();
  page.turns.hold("update acts");
  const sent = page.actions.update(tasks.row("a"), { title: "Ann's" });
  const queued = page.actions.update(tasks.row("Ann's"), { title: "Ann's too" });
  await vi.waitFor(() => expect(page.turns.reached).toContain("update acts"));

  await page.tab.client.auth.login({ login: "bob", password: "right" });

  await expect(sent).resolves.toEqual({ status: "dropped", wasSent: true });
  await expect(queued).resolves.toEqual({ status: "dropped", wasSent: false });
  await tasks.shows("a b c");
  expect(page.turns.reached.filter((turn) => turn === "update acts")).toHaveLength(1);
});

test("LOG-11: what waits without a connection is not sent when it comes back as somebody else's", async () => {
  await using page = await openTasks();
  const tasks = await page.list();
  await page.server.stop();
  await page.tab.is("reconnecting");
  const waiting = page.actions.update(tasks.row("a"), { title: "Ann's" });
  expect(tasks.shown).toBe("Ann's?update:waiting b c");

  // In another tab, say.
  page.browser.signIn("bob");
  await page.server.start();

  await expect(waiting).resolves.toEqual({ status: "dropped", wasSent: false });
  await page.tab.shows("bob");
  await tasks.shows("a b c");
  expect(page.turns.reached).not.toContain("update acts");
});

const preview = {
  title: "new",
  state: "todo" as const,
  rank: 0,
  createdAt: "2026-01-01T00:00:00.000Z",
};
