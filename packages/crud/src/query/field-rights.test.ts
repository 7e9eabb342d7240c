import { expect, test } from "vitest";

import { describeDatabases, type TestDialect } from "@app/services/databases";
import { LiveView, type RawFrame } from "@countersign/rpc/testing";

import { owner } from "../scope/owner.ts";
import { crudRouter, startCrudApp } from "../test/app.ts";
import type { Tables } from "../test/tables.ts";

const dataOf = ({ result, error }: RawFrame) => {
  if (error) throw new Error(JSON.stringify(error));
  return result?.data as { readonly id: string; readonly version: number };
};

/** Four members of one project: two may change its tasks, and of each pair one may see what they cost. */
async function startFour(dialect: TestDialect) {
  const started = await startCrudApp(dialect);
  const { app } = started;
  const join = async (name: string) => {
    const user = await app.signIn(name);
    return { ...user, socket: await user.open() };
  };
  const [ann, bob, cid, dan] = [await join("ann"), await join("bob"), await join("cid"), await join("dan")];
  const project = dataOf(await ann.socket.mutate("project.create", { name: "ship" }));
  const { projectMembers } = app.db.tables;
  await app.db.insert(projectMembers).values([
    { projectId: project.id, userId: bob.id, role: "viewer" },
    { projectId: project.id, userId: cid.id, role: "editor" },
    { projectId: project.id, userId: dan.id, role: "viewer" },
  ]);
  for (const { id } of [cid, dan]) await app.auth.rights.grant(id, "tasks.see_cost");
  return { ...started, project, ann, bob, cid, dan };
}

describeDatabases((dialect) => {
  test("CRU-18, CRU-19: a column for some only is in their rows and in nobody else's, whatever answers", async () => {
    await using started = await startFour(dialect);
    const { ann, cid, project } = started;
    const created = dataOf(await ann.socket.mutate("task.create", { projectId: project.id, title: "sail" }));
    const base = ["$can", "id", "projectId", "state", "title", "version"];
    const keysSeen = async (person: typeof ann) => {
      const { id } = created;
      const { version } = dataOf(await person.socket.query("task.get", { id }));
      const answers = [
        await person.socket.query("task.get", { id }),
        await person.socket.mutate("task.update", { id, version, title: "moor" }),
        await person.socket.mutate("task.updateMany", {
          rows: [{ id, version: version + 1 }],
          changes: { title: "x" },
        }),
        await person.socket.query("task.list"),
        await person.socket.mutate("task.create", { projectId: project.id, title: "sail" }),
        // CONFLICT shows the present row.
        await person.socket.mutate("task.update", { id, version: 99, title: "moor" }),
      ];
      return answers.map((answer) => {
        const data = (answer.result?.data ?? answer.error?.data["current"]) as object;
        const rows = Array.isArray(data) ? data : "rows" in data ? (data.rows as object[]) : [data];
        return Object.keys(rows[0] as object).toSorted();
      });
    };
    for (const keys of await keysSeen(ann)) expect(keys).toEqual(base);
    for (const keys of await keysSeen(cid)) expect(keys).toEqual([...base, "cost"].toSorted());

    const head = async ({ socket }: typeof ann) => {
      const { text } = dataOf(await socket.query("task.export")) as unknown as { readonly text: string };
      return text.split("\r\n")[0];
    };
    expect([await head(ann), await head(cid)]).toEqual(["title", "title,cost"]);
    for (const input of [{ filter: { cost: { eq: 7 } } }, { order: { by: "cost" } }]) {
      expect((await cid.socket.query("task.list", input)).error?.data.code).toBe("BAD_REQUEST");
    }
    const given = await cid.socket.mutate("task.create", { projectId: project.id, title: "x", cost: 1 });
    expect(given.error?.data.code).toBe("BAD_REQUEST");
  });

  test("CRU-42: 200 lists of people with different rights get one change at once, each with exactly its own columns and rights", async () => {
    await using started = await startFour(dialect);
    const { app, ann, project } = started;
    const people = [started.ann, started.bob, started.cid, started.dan];
    const created = dataOf(await ann.socket.mutate("task.create", { projectId: project.id, title: "sail" }));
    const seats = await Promise.all(
      people.flatMap((person) => Array.from({ length: 50 }, () => LiveView.open(person.socket, "task.live"))),
    );
    for (const view of seats) await view.until((rows) => rows.length === 1);

    await ann.socket.mutate("task.update", { id: created.id, version: 1, title: "moor" });
    for (const view of seats) await view.until(([row]) => row?.version === 2);
    const row = { id: created.id, version: 2, projectId: project.id, title: "moor", state: "open" };
    for (const [index, view] of seats.entries()) {
      const [isEditor, seesCost] = [index < 50 || (index >= 100 && index < 150), index >= 100];
      const $can = { update: isEditor, remove: isEditor };
      const expected = seesCost ? { ...row, cost: 7, $can } : { ...row, $can };
      expect(view.frames.at(-1)).toEqual({ type: "difference", upsert: [expected], remove: [] });
      expect(view.frames).toHaveLength(2);
    }
    expect([...started.ann.socket.texts, ...started.bob.socket.texts].join()).not.toContain("cost");

    // And with the permission the column comes and goes, without reload.
    await app.auth.rights.grant(started.bob.id, "tasks.see_cost");
    await seats[50]?.until(([shown]) => shown?.["cost"] === 7);
    await app.auth.rights.withdraw(started.bob.id, "tasks.see_cost");
    await seats[50]?.until(([shown]) => shown !== undefined && !("cost" in shown));
    expect(seats[0]?.frames).toHaveLength(2);
  });
});

test("a column for some only cannot be told from a filter, an order, a search, a field or a column for all: an error at start", () => {
  const common = {
    table: "tasks",
    scope: owner<Tables["tasks"]>("projectId"),
    without: ["create"],
    showTo: { state: "tasks.see_cost" },
  } as const;
  for (const also of [
    { fields: { state: true } },
    { fields: {}, show: ["state"] },
    { fields: {}, search: ["state"] },
    { fields: {}, filters: { state: ["eq"] } },
    { fields: {}, order: { by: ["state"] } },
  ] as const) {
    expect(() => crudRouter({ ...common, ...(also as { readonly fields: {} }) })).toThrow(
      'Column "state" goes out to some only',
    );
  }
  expect(() => crudRouter({ ...common, fields: {} })).not.toThrow();
});
