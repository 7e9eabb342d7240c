import { eq } from "drizzle-orm";
import { expect, test } from "vitest";

import { describeDatabases } from "@app/services/databases";
import {
  type AdminAuditEvent,
  type AdminConnection,
  type AdminGroup,
  type AdminPage,
  type AdminSession,
  type AdminUserRow,
  applyFrame,
  libraryPermissions,
  type LiveListFrame,
  type LiveRow,
} from "@countersign/contract";

import { answer, attempt, outcomeOf, startAdminApp } from "./test/admin-app.ts";
import type { RawSocket } from "./testing/raw-socket.ts";

describeDatabases((dialect) => {
  test("the list of users shows who came, changed and went, within a second, under its filter and bounds", async () => {
    await using started = await startAdminApp(dialect);
    const { app } = started;
    const { users } = app.db.tables;
    const sue = await started.staff("sue", "users.view", "users.create", "users.delete", "users.change");
    const bob = await app.signIn("bob");
    await using socket = await sue.open();
    const all = await follow<AdminUserRow>(socket, "admin.user.live");
    const off = await follow<AdminUserRow>(socket, "admin.user.live", { isActive: false });
    const one = await follow<AdminUserRow>(socket, "admin.user.live", { limit: 1, order: "-username" });
    const names = (rows: readonly AdminUserRow[]) => rows.map(({ username }) => username).join();
    await all.until((rows) => names(rows) === "bob,sue");
    await one.until((rows) => names(rows) === "sue");

    await answer(socket.mutate("admin.user.create", { username: "ann" }));
    await all.until((rows) => names(rows) === "ann,bob,sue");
    await app.signIn("tim");
    await all.until((rows) => names(rows) === "ann,bob,sue,tim");
    await one.until((rows) => names(rows) === "tim");
    await app.auth.rights.setGroup("crew", []);
    // The admin as well: whom they switch off holds nothing more.
    for (const { id } of [sue, bob]) await app.auth.rights.addToGroup(id, "crew");
    await all.until((rows) => rows.filter(({ groups }) => groups[0]?.name === "crew").length === 2);
    await attempt(socket, "admin.user.setActive", { id: bob.id, value: false });
    await off.until((rows) => names(rows) === "bob");
    // By hand, in the database: seen as well, if only after the notice of the database.
    await app.db.update(users).set({ firstName: "By hand" }).where(eq(users.id, bob.id));
    await app.auth.rights.removeFromGroup(bob.id, "crew");
    await off.until((rows) => rows[0]?.firstName === "By hand" && rows[0].groups.length === 0);
    await attempt(socket, "admin.user.remove", { id: bob.id });
    await all.until((rows) => names(rows) === "ann,sue,tim");
    await off.until((rows) => names(rows) === "");
    expect(names(one.rows)).toBe("tim");
  });

  test("PRM-14: an admin's live list ends when the right to it is taken away, and shows nothing after it", async () => {
    await using started = await startAdminApp(dialect);
    const { app } = started;
    const [sue, tom] = [await started.staff("sue", "users.view"), await started.staff("tom", "users.view")];
    await using socket = await sue.open();
    await using other = await tom.open();
    const theirs = await follow<AdminUserRow>(socket, "admin.user.live");
    const others = await follow<AdminUserRow>(other, "admin.user.live");
    await theirs.until((rows) => rows.length === 2);

    await app.auth.rights.withdraw(sue.id, "users.view");
    const ended = await socket.until((frame) => frame.id === theirs.id && frame.error !== undefined);
    expect(outcomeOf(ended)).toBe("FORBIDDEN");
    const before = socket.dataOf(theirs.id).length;
    await app.signIn("bob");
    await others.until((rows) => rows.some(({ username }) => username === "bob"));

    expect(socket.dataOf(theirs.id)).toHaveLength(before);
  });

  test("a live list that begins at no place of it is refused to its client, and is no defect to log", async () => {
    await using started = await startAdminApp(dialect);
    const sue = await started.staff("sue", "users.view", "groups.view");
    await using socket = await sue.open();

    for (const path of ["admin.user.live", "admin.group.live"]) {
      const id = await socket.subscribe(path, { cursor: "nowhere" });
      const refused = await socket.until((frame) => frame.id === id && frame.error !== undefined);
      expect(refused.error?.data, path).toMatchObject({
        code: "BAD_REQUEST",
        fields: { cursor: [expect.any(String)] },
      });
    }
    expect(started.app.logged).toEqual([]);
    expect(outcomeOf(await socket.query("who"))).toBe("OK");
  });

  test("the lists of groups and of sessions follow what happens to them", async () => {
    await using started = await startAdminApp(dialect);
    const { app } = started;
    const sue = await started.staff("sue", ...libraryPermissions);
    const bob = await app.signIn("bob");
    await using socket = await sue.open();
    const groups = await follow<AdminGroup>(socket, "admin.group.live");
    const sessions = await follow<AdminSession>(socket, "admin.session.live", { userId: bob.id });
    await sessions.until((rows) => rows.length === 1 && rows[0]?.username === "bob");

    await app.auth.rights.setGroup("crew", ["notes.view"]);
    await groups.until((rows) => rows[0]?.name === "crew" && rows[0].memberCount === 0);
    await app.auth.rights.addToGroup(bob.id, "crew");
    await groups.until((rows) => rows[0]?.memberCount === 1);
    await app.auth.rights.removeGroup("crew");
    await groups.until((rows) => rows.length === 0);

    await bob.signInAgain();
    await sessions.until((rows) => rows.length === 2);
    const mine = await answer<AdminPage<AdminSession>>(socket.query("admin.session.list", { search: "SUE" }));
    expect(mine).toMatchObject({ total: 1, rows: [{ username: "sue", userId: sue.id, ip: "127.0.0.1" }] });
    expect(JSON.stringify(mine)).not.toMatch(/hash|token/i);
    await attempt(socket, "admin.session.end", { id: bob.principal.session.id });
    await sessions.until((rows) => rows.length === 1);
    await attempt(socket, "admin.user.endSessions", { id: bob.id });
    await sessions.until((rows) => rows.length === 0);
  });

  test("who is connected is seen live: visitors and users, with what runs on each socket", async () => {
    await using started = await startAdminApp(dialect);
    const { app } = started;
    const { users } = app.db.tables;
    const [sue, bob] = [await started.staff("sue", "connections.view"), await app.signIn("bob")];
    await using socket = await sue.open();
    const all = await follow<AdminConnection>(socket, "admin.connections.live");
    const bobs = await follow<AdminConnection>(socket, "admin.connections.live", { userId: bob.id });
    await all.until((rows) => rows.length === 1 && rows[0]?.username === "sue" && rows[0].subscriptions === 2);

    const visitor = await app.open(undefined, { "user-agent": "Visitor's browser" });
    const theirs = await bob.open();
    await all.until((rows) => rows.map(({ username }) => username).join() === "bob,,sue");
    expect(all.rows[1]).toMatchObject({ userId: null, userAgent: "Visitor's browser", ip: "127.0.0.1" });
    await theirs.subscribe("session.snapshot");
    await bobs.until((rows) => rows[0]?.subscriptions === 1 && rows[0].sessionId === bob.principal.session.id);
    const since = Date.parse(bobs.rows[0]?.since ?? "");
    expect(Math.abs(Date.now() - since)).toBeLessThan(10_000);
    await app.db.update(users).set({ username: "Robert" }).where(eq(users.id, bob.id));
    app.bus.publish({ kind: "user", userId: bob.id });
    await bobs.until((rows) => rows[0]?.username === "Robert");
    expect(await answer(socket.query("admin.connections.count"))).toEqual({ connections: 3, users: 2 });
    const found = await follow<AdminConnection>(socket, "admin.connections.live", { search: "VISITOR'S" });
    await found.until((rows) => rows.length === 1 && rows[0]?.userId === null);

    await theirs[Symbol.asyncDispose]();
    await visitor[Symbol.asyncDispose]();
    await bobs.until((rows) => rows.length === 0);
    await all.until((rows) => rows.map(({ username }) => username).join() === "sue");
  });

  test("a crowd that comes and goes is told to an admin in a few frames, not in one for each", async () => {
    await using started = await startAdminApp(dialect);
    const sue = await started.staff("sue", "connections.view");
    await using socket = await sue.open();
    const all = await follow<AdminConnection>(socket, "admin.connections.live", { limit: 100 });
    await all.until((rows) => rows.length === 1);
    const before = socket.dataOf(all.id).length;

    const crowd = await Promise.all(Array.from({ length: 60 }, () => started.app.open()));
    await all.until((rows) => rows.length === 61);
    const newest = await follow<AdminConnection>(socket, "admin.connections.live", { limit: 20 });
    await newest.until((rows) => rows.length === 20);
    expect(socket.dataOf(newest.id)).toMatchObject([{ data: { total: 61 } }]);
    expect(newest.rows.map(({ id }) => id)).toEqual(all.rows.slice(0, 20).map(({ id }) => id));
    for (const visitor of crowd) await visitor[Symbol.asyncDispose]();
    await all.until((rows) => rows.length === 1);

    expect(socket.dataOf(all.id).length - before).toBeLessThan(30);
  });

  test("the audit log is read page by page and shows new events by itself", async () => {
    await using started = await startAdminApp(dialect);
    const { app } = started;
    const sue = await started.staff("sue", "audit.view", "users.change");
    const [bob, ann] = [await app.signIn("bob"), await app.signIn("ann")];
    await using socket = await sue.open();
    const live = await follow<AdminAuditEvent>(socket, "admin.audit.live", { action: "admin.user.set_active" });
    const flip = (id: string, value: boolean) => attempt(socket, "admin.user.setActive", { id, value });

    for (const { id } of [bob, ann]) for (const value of [false, true]) expect(await flip(id, value)).toBe("OK");
    expect(await flip(sue.id, false)).toBe("FORBIDDEN");
    await live.until((rows) => rows.length === 5 && rows[0]?.outcome === "refused");

    type Page = { rows: AdminAuditEvent[]; nextCursor: string | null };
    const read = (input: object) => answer<Page>(socket.query("admin.audit.list", input));
    const first = await read({ action: "admin.user.set_active", limit: 3 });
    const second = await read({ action: "admin.user.set_active", limit: 3, cursor: first.nextCursor });
    const subjects = [...first.rows, ...second.rows].map(({ subjectName, outcome }) => `${subjectName} ${outcome}`);
    expect(subjects).toEqual(["sue refused", "ann ok", "ann ok", "bob ok", "bob ok"]);
    expect(second.nextCursor).toBe(null);
    expect(live.rows).toEqual([...first.rows, ...second.rows]);
    expect(first.rows[1]).toMatchObject({ actorId: sue.id, actorName: "sue", subjectId: ann.id, ip: "127.0.0.1" });

    const search = { action: "admin.user.set_active", search: "ANN" };
    expect((await read(search)).rows.map(({ subjectName }) => subjectName)).toEqual(["ann", "ann"]);
    expect((await read({ ...search, outcome: "refused" })).rows).toEqual([]);
    expect((await read({ userId: bob.id, action: search.action })).rows).toHaveLength(2);
    const at = first.rows[0]?.at ?? "";
    expect((await read({ action: search.action, from: new Date(Date.parse(at) + 1).toISOString() })).rows).toEqual([]);
  });
});

interface Followed<Row> {
  readonly id: number;
  /** The list as it is known now. */
  readonly rows: readonly Row[];
  /** Waits until the list fits. */
  until(fits: (rows: readonly Row[]) => boolean): Promise<void>;
}

/** Follows a live list as a client does. */
async function follow<Row extends LiveRow>(
  socket: RawSocket,
  path: string,
  input: object = {},
): Promise<Followed<Row>> {
  const id = await socket.subscribe(path, input);
  const read = () =>
    socket
      .dataOf(id)
      // The cast: what this list sends, in tRPC's envelope.
      .map((sent) => (sent as { data: LiveListFrame<Row> }).data)
      .reduce<readonly Row[]>((rows, frame) => applyFrame(rows, frame), []);
  return {
    id,
    get rows() {
      return read();
    },
    async until(fits) {
      await socket.until(() => fits(read()), 3000);
    },
  };
}
