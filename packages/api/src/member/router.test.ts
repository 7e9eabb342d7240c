import { randomUUID } from "node:crypto";

import { and, eq, sql } from "drizzle-orm";
import { expect, test } from "vitest";

import { describeDatabases, postgresDialect } from "@app/services/databases";
import { LiveView } from "@countersign/rpc/testing";
import { createTestClock } from "@countersign/testing";

import { codeOf, outcomeOf, pageOf, rowOf } from "../test/answers.ts";
import { addMember, openProject } from "../test/open-project.ts";
import { startApp } from "../test/start-app.ts";

describeDatabases((dialect) => {
  test("a manager adds somebody by username; they see the project at once, and each member sees who is there", async () => {
    await using started = await startApp(dialect);
    await using project = await openProject(started.app);
    const { manager, viewer, outsider } = project;
    const theirs = await LiveView.open(outsider.socket, "project.live");
    const seen = await LiveView.open(viewer.socket, "member.live", { filter: { projectId: { eq: project.id } } });
    await theirs.until((rows) => rows.length === 0);

    const input = { projectId: project.id, username: " OTTO ", role: "editor", key: randomUUID() };
    const member = rowOf(await manager.socket.mutate("member.create", input));

    expect(member).toEqual({
      id: member.id,
      version: 1,
      projectId: project.id,
      userId: outsider.user.id,
      username: "otto",
      name: "",
      role: "editor",
      createdAt: expect.any(String) as string,
      $can: { update: true, remove: true },
    });
    await theirs.until((rows) => rows.length === 1);
    await seen.until((rows) => rows.some(({ username }) => username === "otto"));
    expect(seen.rows.find(({ id }) => id === member.id)?.$can).toEqual({ update: false, remove: false });
    expect(rowOf(await manager.socket.mutate("member.create", input))).toEqual(member);
  });

  test("a member since an instant that was set by hand and cannot be said takes nobody's list away", async () => {
    await using started = await startApp(dialect);
    const { app } = started;
    await using project = await openProject(app);
    const { projectMembers } = app.db.tables;
    // SQLite keeps any number; PostgreSQL what it calls an instant.
    const instants =
      dialect === postgresDialect
        ? ["infinity", "-infinity", "0044-03-15 BC"].map((instant) => sql`${instant}::timestamptz`)
        : [sql`9e15`, sql`-9e15`];
    for (const createdAt of instants) {
      await app.db.update(projectMembers).set({ createdAt }).where(eq(projectMembers.id, project.viewer.memberId));
      for (const { socket } of [project.manager, project.viewer]) {
        const { rows } = pageOf(await socket.query("member.list"));
        expect(rows).toHaveLength(3);
        expect(rows.find(({ id }) => id === project.viewer.memberId)).toMatchObject({
          username: "vic",
          createdAt: null,
        });
        expect(rows.filter(({ createdAt: shown }) => typeof shown === "string")).toHaveLength(2);
      }
      expect(pageOf(await project.outsider.socket.query("member.list")).rows).toEqual([]);
    }
  });

  test("whom there is, only those who may add somebody are told", async () => {
    await using started = await startApp(dialect);
    const { app } = started;
    await using project = await openProject(app);
    const gone = await app.signIn("gone");
    await app.auth.accounts.setActive(gone.id, false);
    const add = (username: unknown) => ({ projectId: project.id, username, role: "viewer" });

    for (const username of ["otto", "nobody", "gone"]) {
      const asked = [project.outsider, project.viewer, project.editor].map(({ socket }) =>
        socket.mutate("member.create", add(username)),
      );
      expect((await Promise.all(asked)).map(codeOf)).toEqual(["NOT_FOUND", "FORBIDDEN", "FORBIDDEN"]);
    }
    const { socket } = project.manager;
    const [unknown, inactive] = await Promise.all(
      ["nobody", "gone"].map((name) => socket.mutate("member.create", add(name))),
    );
    expect(unknown?.error?.data).toMatchObject({
      reason: "INVALID_FIELDS",
      fields: { username: [expect.any(String)] },
    });
    expect(inactive?.error?.data["fields"]).toEqual(unknown?.error?.data["fields"]);
    expect(outcomeOf(await socket.mutate("member.create", add("vic")))).toBe("TAKEN");
    for (const bad of ["", 7, null, "x".repeat(65), "a\0b"]) {
      expect(outcomeOf(await socket.mutate("member.create", add(bad)))).toBe("INVALID_FIELDS");
    }
    const withId = { projectId: project.id, userId: project.outsider.user.id, role: "viewer" };
    expect(outcomeOf(await socket.mutate("member.create", withId))).toBe("INVALID_FIELDS");
  });

  test("names nobody has can be tried thirty times an hour, by each user; those that somebody has are not counted among them", async () => {
    const clock = createTestClock();
    await using started = await startApp(dialect, { clock });
    const { app } = started;
    await using project = await openProject(app);
    const { socket } = project.manager;
    const add = (username: string) => ({ projectId: project.id, username, role: "viewer" });
    for (let round = 0; round < 40; round += 1) {
      expect(outcomeOf(await socket.mutate("member.create", add("vic")))).toBe("TAKEN");
    }

    const tried = await Promise.all(
      Array.from({ length: 40 }, (_, index) => socket.mutate("member.create", add(`nobody${index}`))),
    );

    expect(tried.filter((answer) => outcomeOf(answer) === "INVALID_FIELDS")).toHaveLength(30);
    const refused = tried.filter((answer) => outcomeOf(answer) === "RATE_LIMITED");
    expect(refused).toHaveLength(10);
    expect(refused[0]?.error?.data["retryAfterSeconds"]).toBeGreaterThan(3000);
    expect(outcomeOf(await socket.mutate("member.create", add("otto")))).toBe("RATE_LIMITED");
    const own = rowOf(await project.outsider.socket.mutate("project.create", { name: "boat" }));
    const theirs = { ...add("nobody"), projectId: own.id };
    expect(outcomeOf(await project.outsider.socket.mutate("member.create", theirs))).toBe("INVALID_FIELDS");
    clock.advance(3_600_000);
    expect(outcomeOf(await socket.mutate("member.create", add("otto")))).toBe("ok");
  });

  test("names that somebody has can be tried a hundred times an hour, by each user; beyond it no answer tells who there is", async () => {
    const clock = createTestClock();
    await using started = await startApp(dialect, { clock });
    const { app } = started;
    await using project = await openProject(app);
    const { socket } = project.manager;
    const add = (username: string) => ({ projectId: project.id, username, role: "viewer" });

    // Two are members already, whom this manager has added.
    const tried: Awaited<ReturnType<typeof socket.mutate>>[] = [];
    // Those of one user wait for each other, and not for ever: as many at once as a slow machine gets done in that time.
    for (let wave = 0; wave < 3; wave += 1)
      tried.push(...(await Promise.all(Array.from({ length: 34 }, () => socket.mutate("member.create", add("vic"))))));
    expect(tried.filter((answer) => outcomeOf(answer) === "TAKEN")).toHaveLength(98);
    expect(tried.filter((answer) => outcomeOf(answer) === "RATE_LIMITED")).toHaveLength(4);

    const beyond = [
      await socket.mutate("member.create", add("otto")),
      await socket.mutate("member.create", add("nobody")),
    ];
    expect(beyond.map(outcomeOf)).toEqual(["RATE_LIMITED", "RATE_LIMITED"]);
    expect(beyond[0]?.error?.message).toBe(beyond[1]?.error?.message);
    const own = rowOf(await project.outsider.socket.mutate("project.create", { name: "boat" }));
    const theirs = { ...add("vic"), projectId: own.id };
    expect(outcomeOf(await project.outsider.socket.mutate("member.create", theirs))).toBe("ok");
    clock.advance(3_600_000);
    expect(outcomeOf(await socket.mutate("member.create", add("otto")))).toBe("ok");
  });

  test("P5: only managers change roles; nobody moves a membership to another project or user", async () => {
    await using started = await startApp(dialect);
    await using project = await openProject(started.app);
    const { manager, editor, viewer, outsider } = project;
    const change = { id: viewer.memberId, version: 1, role: "manager" };
    const asked = [outsider, viewer, editor].map(({ socket }) => socket.mutate("member.update", change));
    expect((await Promise.all(asked)).map(codeOf)).toEqual(["NOT_FOUND", "FORBIDDEN", "FORBIDDEN"]);
    for (const extra of [{ userId: outsider.user.id }, { projectId: randomUUID() }, { role: "owner" }]) {
      const answer = await manager.socket.mutate("member.update", { ...change, ...extra });
      expect(outcomeOf(answer)).toBe("INVALID_FIELDS");
    }
    expect(rowOf(await manager.socket.mutate("member.update", change))).toMatchObject({ role: "manager", version: 2 });
    expect(codeOf(await viewer.socket.mutate("project.update", { id: project.id, version: 1, name: "boat" }))).toBe(
      undefined,
    );
  });

  test("P6: another role changes what may be done with the rows of open lists, and what is allowed", async () => {
    await using started = await startApp(dialect);
    await using project = await openProject(started.app);
    const { manager, editor } = project;
    const task = rowOf(await manager.socket.mutate("task.create", { projectId: project.id, title: "sail" }));
    const tasks = await LiveView.open(editor.socket, "task.live", { filter: { projectId: { eq: project.id } } });
    const projects = await LiveView.open(editor.socket, "project.live");
    await tasks.until(([row]) => row?.["$can"] !== undefined);
    expect(tasks.rows).toMatchObject([{ id: task.id, $can: { update: true, remove: true } }]);

    const change = { id: editor.memberId, version: 1, role: "viewer" };
    expect(outcomeOf(await manager.socket.mutate("member.update", change))).toBe("ok");
    await tasks.until(([row]) => row?.$can?.["update"] === false && row.$can["remove"] === false);
    const edit = { id: task.id, version: 1, title: "mine" };
    expect(codeOf(await editor.socket.mutate("task.update", edit))).toBe("FORBIDDEN");

    const back = { id: editor.memberId, version: 2, role: "manager" };
    expect(outcomeOf(await manager.socket.mutate("member.update", back))).toBe("ok");
    await tasks.until(([row]) => row?.$can?.["update"] === true);
    await projects.until(([row]) => row?.$can?.["remove"] === true);
    expect(outcomeOf(await editor.socket.mutate("task.update", edit))).toBe("ok");
  });

  test("P6: a member who is removed loses every row at once, and nothing of the project reaches them any more", async () => {
    await using started = await startApp(dialect);
    await using project = await openProject(started.app);
    const { manager, editor } = project;
    const input = { projectId: project.id, title: "sail", assigneeId: editor.user.id };
    const task = rowOf(await manager.socket.mutate("task.create", input));
    const paths = ["project.live", "member.live", "task.live"];
    const lists = await Promise.all(paths.map((path) => LiveView.open(editor.socket, path)));
    for (const list of lists) await list.until((rows) => rows.length > 0);
    const kept = await LiveView.open(manager.socket, "task.live");
    await kept.until((rows) => rows.length === 1);

    expect(outcomeOf(await manager.socket.mutate("member.remove", { id: editor.memberId }))).toBe("ok");

    for (const list of lists) await list.until((rows) => rows.length === 0);
    // Theirs no more, and told to those who still see it.
    await kept.until(([row]) => row?.["assigneeId"] === null && row.version === 2);
    const sent = editor.socket.texts.length;
    expect(outcomeOf(await manager.socket.mutate("task.update", { id: task.id, version: 2, title: "secret" }))).toBe(
      "ok",
    );
    await kept.until(([row]) => row?.["title"] === "secret");
    expect(codeOf(await editor.socket.query("task.get", { id: task.id }))).toBe("NOT_FOUND");
    expect(editor.socket.texts.slice(sent).join("")).not.toContain("secret");
  });

  test("whoever is a member may leave, and only for themselves", async () => {
    await using started = await startApp(dialect);
    await using project = await openProject(started.app);
    const { viewer, editor } = project;
    const rows = pageOf(await viewer.socket.query("member.list")).rows;
    expect(rows.filter(({ $can }) => $can["remove"]).map(({ id }) => id)).toEqual([viewer.memberId]);
    expect(codeOf(await viewer.socket.mutate("member.remove", { id: editor.memberId }))).toBe("FORBIDDEN");
    const own = { id: viewer.memberId, version: 1 };
    expect(
      codeOf(await viewer.socket.mutate("member.removeMany", { rows: [own, { id: editor.memberId, version: 1 }] })),
    ).toBe("FORBIDDEN");

    expect(outcomeOf(await viewer.socket.mutate("member.remove", { id: viewer.memberId }))).toBe("ok");

    expect(pageOf(await viewer.socket.query("project.list")).rows).toEqual([]);
    expect(codeOf(await viewer.socket.mutate("member.remove", { id: viewer.memberId }))).toBe("NOT_FOUND");
    expect(pageOf(await editor.socket.query("member.list")).total).toBe(2);
  });

  test("the last manager can neither leave nor be demoted, by whatever call; with another one they can", async () => {
    await using started = await startApp(dialect);
    const { app } = started;
    await using project = await openProject(app);
    const { manager, editor } = project;
    const own = { id: manager.memberId, version: 1 };
    const attempts: [string, object][] = [
      ["member.remove", { id: own.id }],
      ["member.removeMany", { rows: [own] }],
      ["member.update", { ...own, role: "editor" }],
      ["member.updateMany", { rows: [own, { id: editor.memberId, version: 1 }], changes: { role: "viewer" } }],
    ];
    for (const [path, input] of attempts) {
      const { error } = await manager.socket.mutate(path, input);
      expect(error?.data, path).toMatchObject({ code: "CONFLICT", details: { rule: "last-manager" } });
    }
    expect(outcomeOf(await manager.socket.mutate("member.update", { ...own, role: "manager" }))).toBe("ok");

    const second = await addMember(app, project, "mia", "manager");
    await using _socket = second.socket;
    const both = [
      { ...own, version: 2 },
      { id: second.memberId, version: 1 },
    ];
    // Whichever goes first: the second is the last one, or is removed by somebody who is no member any more.
    expect(["CONFLICT", "NOT_FOUND"]).toContain(
      codeOf(await manager.socket.mutate("member.removeMany", { rows: both })),
    );
    expect(pageOf(await manager.socket.query("member.list", { filter: { role: { eq: "manager" } } })).total).toBe(2);
    expect(outcomeOf(await manager.socket.mutate("member.remove", { id: own.id }))).toBe("ok");
    expect(codeOf(await second.socket.mutate("member.remove", { id: second.memberId }))).toBe("CONFLICT");
  });

  test("a manager who is switched off is none: the one who is left can neither leave nor be demoted", async () => {
    await using started = await startApp(dialect);
    const { app } = started;
    await using project = await openProject(app);
    const { manager } = project;
    const second = await addMember(app, project, "mia", "manager");
    await using _socket = second.socket;
    const { users } = app.db.tables;
    await app.db.update(users).set({ isActive: false }).where(eq(users.id, second.user.id));

    const own = { id: manager.memberId, version: 1 };
    for (const [path, input] of [
      ["member.remove", { id: own.id }],
      ["member.update", { ...own, role: "editor" }],
    ] as const) {
      const { error } = await manager.socket.mutate(path, input);
      expect(error?.data, path).toMatchObject({ code: "CONFLICT", details: { rule: "last-manager" } });
    }
    await app.db.update(users).set({ isActive: true }).where(eq(users.id, second.user.id));
    expect(outcomeOf(await manager.socket.mutate("member.remove", { id: own.id }))).toBe("ok");
  });

  test("two managers who demote each other at once, or both leave: one stays manager", async () => {
    await using started = await startApp(dialect);
    const { app } = started;
    await using project = await openProject(app);
    const { manager } = project;
    const { projectMembers } = app.db.tables;
    const second = await addMember(app, project, "mia", "manager");
    await using _socket = second.socket;
    const isManager = and(eq(projectMembers.projectId, project.id), eq(projectMembers.role, "manager"));
    const versions = async () => {
      const rows = await app.db.select().from(projectMembers);
      return new Map(rows.map(({ id, version }) => [id, version]));
    };

    for (let round = 0; round < 8; round += 1) {
      const present = await versions();
      const demote = (id: string) => ({ id, version: present.get(id), role: "viewer" });
      const [mine, theirs] = [demote(manager.memberId), demote(second.memberId)];
      const isLeaving = round % 2 === 1;
      const answers = await Promise.all([
        manager.socket.mutate("member.update", isLeaving ? mine : theirs),
        second.socket.mutate("member.update", isLeaving ? theirs : mine),
      ]);
      expect(answers.map(outcomeOf).filter((outcome) => outcome === "ok")).toHaveLength(1);
      expect(await app.db.$count(projectMembers, isManager)).toBe(1);
      // By hand, as the demoted one cannot: as before for the next round.
      for (const { memberId } of [manager, second]) {
        await app.db.update(projectMembers).set({ role: "manager" }).where(eq(projectMembers.id, memberId));
      }
    }

    const left = await Promise.all([
      manager.socket.mutate("member.remove", { id: manager.memberId }),
      second.socket.mutate("member.remove", { id: second.memberId }),
    ]);
    expect(left.map(outcomeOf).toSorted()).toEqual(["CONFLICT", "ok"]);
    expect(await app.db.$count(projectMembers, isManager)).toBe(1);
  });

  test("CRU-34: a project has room for 200 members, also when several managers add some at once", async () => {
    await using started = await startApp(dialect);
    const { app } = started;
    await using project = await openProject(app);
    const second = await addMember(app, project, "mia", "manager");
    await using _socket = second.socket;
    const { users, projectMembers } = app.db.tables;
    const createdAt = new Date();
    const names = Array.from({ length: 210 }, (_, index) => `user${index}`);
    const made = names.map((name) => ({ id: randomUUID(), username: name, usernameKey: name, createdAt }));
    await app.db.insert(users).values(made);
    const member = { projectId: project.id, role: "viewer", version: 1, createdAt } as const;
    const some = made.slice(0, 193).map(({ id }) => ({ ...member, id: randomUUID(), userId: id }));
    await app.db.insert(projectMembers).values(some);

    const answers = await Promise.all(
      names.slice(193).map((username, index) => {
        const { socket } = index % 2 === 0 ? project.manager : second;
        return socket.mutate("member.create", { projectId: project.id, username, role: "viewer" });
      }),
    );

    expect(answers.map(outcomeOf).filter((outcome) => outcome === "ok")).toHaveLength(3);
    expect(answers.map(outcomeOf).filter((outcome) => outcome === "QUOTA_REACHED")).toHaveLength(14);
    expect(await app.db.$count(projectMembers)).toBe(200);
  });
});
