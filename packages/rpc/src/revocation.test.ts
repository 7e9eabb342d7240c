import type { Socket } from "node:net";

import { eq } from "drizzle-orm";
import { expect, test, vi } from "vitest";
import type { WebSocket } from "ws";

import { describeDatabases } from "@app/services/databases";
import { type Database, openDatabase } from "@countersign/db";

import { startTestRouter } from "./test/start.ts";

/** A database of its own on the same file or server, as another process would have. */
async function openElsewhere(url: string): Promise<Database & AsyncDisposable> {
  const db = await openDatabase(url, { migrations: [] });
  return Object.assign(db, { [Symbol.asyncDispose]: () => db.close() });
}

function tcpOf(socket: WebSocket): Socket {
  // The cast: ws keeps it to itself.
  return Reflect.get(socket, "_socket") as Socket;
}

describeDatabases((dialect) => {
  test("OUT-05: signing out closes all sockets of the session with 4401, and no other's", async () => {
    await using started = await startTestRouter(dialect);
    const { app } = started;
    const [ann, bob] = [await app.signIn("ann"), await app.signIn("bob")];
    const elsewhere = await ann.signInAgain();
    await using first = await ann.open();
    await using second = await ann.open();
    await using otherDevice = await elsewhere.open();
    await using other = await bob.open();

    const answer = await app.http("auth.logout", { cookie: ann.cookie });
    expect(answer.headers.get("set-cookie")).toContain("Max-Age=0");
    expect(answer.headers.get("session-change")).toBe("signed-out");
    expect(await Promise.all([first.closed, second.closed])).toEqual([
      { code: 4401, reason: "signed_out" },
      { code: 4401, reason: "signed_out" },
    ]);
    expect(await otherDevice.query("who")).toMatchObject({ result: { data: "ann" } });
    expect(await other.query("who")).toMatchObject({ result: { data: "bob" } });
  });

  test("OUT-10: a user ends a session of their own by its handle; another user's is not there", async () => {
    await using started = await startTestRouter(dialect);
    const { app } = started;
    const [ann, bob] = [await app.signIn("ann"), await app.signIn("bob")];
    const elsewhere = await ann.signInAgain();
    await using socket = await ann.open();
    await using device = await elsewhere.open();
    await using other = await bob.open();

    const list = await socket.query("account.sessions.list");
    expect(list.result?.data).toHaveLength(2);
    const id = elsewhere.principal.session.id;
    expect(await other.mutate("account.sessions.end", { id })).toMatchObject({
      error: { data: { code: "NOT_FOUND" } },
    });
    expect(await device.query("who")).toHaveProperty("result");
    expect(await socket.mutate("account.sessions.end", { id })).toHaveProperty("result");
    expect(await device.closed).toEqual({ code: 4401, reason: "signed_out_elsewhere" });
    expect(await socket.mutate("account.sessions.end", { id })).toMatchObject({
      error: { data: { code: "NOT_FOUND" } },
    });
  });

  test("OUT-10: the list of devices is live for its user, also when a session is deleted by hand, and for nobody else", async () => {
    await using started = await startTestRouter(dialect);
    const { app } = started;
    const [ann, bob] = [await app.signIn("ann"), await app.signIn("bob")];
    await using socket = await ann.open();
    await using other = await bob.open();
    const id = await socket.subscribe("account.sessions.live");
    const otherId = await other.subscribe("account.sessions.live");
    const own = ann.principal.session.id;
    expect(await socket.data(id, 1)).toMatchObject([{ data: { type: "list", rows: [{ id: own, isCurrent: true }] } }]);
    expect(await other.data(otherId, 1)).toMatchObject([{ data: { rows: [{ id: bob.principal.session.id }] } }]);

    const phone = (await ann.signInAgain()).principal.session.id;
    expect((await socket.data(id, 2))[1]).toMatchObject({ data: { upsert: [{ id: phone, isCurrent: false }] } });
    await socket.mutate("account.sessions.end", { id: phone });
    expect((await socket.data(id, 3))[2]).toMatchObject({ data: { upsert: [], remove: [phone] } });

    const tablet = (await ann.signInAgain()).principal.session.id;
    await socket.data(id, 4);
    await using elsewhere = await openElsewhere(started.databaseUrl);
    const { sessions } = elsewhere.tables;
    await elsewhere.delete(sessions).where(eq(sessions.id, tablet));
    expect((await socket.data(id, 5))[4]).toMatchObject({ data: { remove: [tablet] } });
    expect(other.dataOf(otherId)).toHaveLength(1);
  });

  test("OUT-08: ending all other sessions leaves this one", async () => {
    await using started = await startTestRouter(dialect);
    const { app } = started;
    const ann = await app.signIn("ann");
    const bob = await app.signIn("bob");
    await using device = await (await ann.signInAgain()).open();
    await using socket = await ann.open();
    await using other = await bob.open();
    expect(await socket.mutate("account.sessions.endOthers")).toMatchObject({ result: { data: { ended: 1 } } });
    expect(await device.closed).toMatchObject({ code: 4401 });
    expect(await socket.query("who")).toHaveProperty("result");
    expect(await other.query("who")).toHaveProperty("result");
  });

  // Of the larger one a part waits in this process; all of the smaller one the system has taken over.
  test.each([1_500_000, 4_000_000])(
    "what a stalled reader has not been sent of %i bytes is not sent any more when its session has ended",
    async (bytes) => {
      await using started = await startTestRouter(dialect);
      const { app } = started;
      const ann = await app.signIn("ann");
      await using reader = await ann.open();
      const [held] = [...app.app.services.connections].map(({ socket }) => tcpOf(socket));
      reader.socket.pause();
      reader.send({ id: 1, method: "query", params: { path: "large", input: { bytes } } });
      await expect.poll(() => held?.bytesWritten).toBeGreaterThan(bytes);

      await app.auth.accounts.setActive(ann.id, false);
      await expect.poll(() => held?.destroyed, { timeout: 1500 }).toBe(true);
      const { bytesRead } = tcpOf(reader.socket);
      reader.socket.resume();
      await reader.closed;
      // What its own system had received before.
      expect(tcpOf(reader.socket).bytesRead - bytesRead).toBeLessThan(500_000);
    },
  );

  test("PRM-11: deactivation closes all sockets of the user within a second", async () => {
    await using started = await startTestRouter(dialect);
    const { app } = started;
    const ann = await app.signIn("ann");
    await using first = await ann.open();
    await using second = await (await ann.signInAgain()).open();
    await app.auth.accounts.setActive(ann.id, false);
    expect(await Promise.all([first.closed, second.closed])).toEqual([
      { code: 4401, reason: "deactivated" },
      { code: 4401, reason: "deactivated" },
    ]);
    await using later = await ann.open();
    expect(await later.query("who")).toMatchObject({ error: { data: { code: "UNAUTHORIZED" } } });
  });

  test("PRM-11: a user switched off by hand is told so on all sockets, and no session comes back with them", async () => {
    await using started = await startTestRouter(dialect, { settings: { LEASE_SECONDS: 300 } });
    const { app } = started;
    const [ann, bob] = [await app.signIn("ann"), await app.signIn("bob")];
    await using first = await ann.open();
    await using second = await (await ann.signInAgain()).open();
    await using other = await bob.open();
    await using elsewhere = await openElsewhere(started.databaseUrl);
    const { users } = elsewhere.tables;
    const setActive = (isActive: boolean) => elsewhere.update(users).set({ isActive }).where(eq(users.id, ann.id));
    await setActive(false);
    expect(await Promise.all([first.closed, second.closed])).toEqual([
      { code: 4401, reason: "deactivated" },
      { code: 4401, reason: "deactivated" },
    ]);

    await setActive(true);
    expect((await app.http("who", { method: "GET", cookie: ann.cookie })).status).toBe(401);
    expect(await other.query("who")).toHaveProperty("result");
  });

  test("a session deleted by another process closes its idle socket, long before the lease", async () => {
    await using started = await startTestRouter(dialect, { settings: { LEASE_SECONDS: 300 } });
    const { app } = started;
    const [ann, bob] = [await app.signIn("ann"), await app.signIn("bob")];
    await using socket = await ann.open();
    await using other = await bob.open();
    await using elsewhere = await openElsewhere(started.databaseUrl);
    const { sessions } = elsewhere.tables;
    await elsewhere.delete(sessions).where(eq(sessions.userId, ann.id));
    expect(await socket.closed).toMatchObject({ code: 4401 });
    expect(await other.query("who")).toHaveProperty("result");
  });

  test("PRM-13: rights changed by another process reach the open snapshot", async () => {
    await using started = await startTestRouter(dialect, { settings: { LEASE_SECONDS: 300 } });
    const { app } = started;
    const ann = await app.signIn("ann");
    await using socket = await ann.open();
    const id = await socket.subscribe("session.snapshot");
    await socket.data(id, 1);
    await using elsewhere = await openElsewhere(started.databaseUrl);
    await elsewhere.insert(elsewhere.tables.userPermissions).values({ userId: ann.id, permission: "reports.view" });
    const [before, after] = (await socket.data(id, 2)) as { permissions: string[]; version: number }[];
    expect(before?.permissions).toEqual([]);
    expect(after?.permissions).toEqual(["reports.view"]);
    expect(after?.version).toBeGreaterThan(before?.version ?? Number.POSITIVE_INFINITY);
  });

  test("the lease alone closes the socket of a session that ended unnoticed", async () => {
    const settings = { LEASE_SECONDS: 1, EXTERNAL_POLL_MS: 60_000 };
    await using started = await startTestRouter(dialect, { settings, isDeaf: true });
    const { app } = started;
    const [ann, bob] = [await app.signIn("ann"), await app.signIn("bob")];
    await using socket = await ann.open();
    await using other = await bob.open();
    await app.db.delete(app.db.tables.sessions).where(eq(app.db.tables.sessions.userId, ann.id));
    const from = performance.now();
    expect(await socket.closed).toMatchObject({ code: 4401, reason: "ended" });
    expect(performance.now() - from).toBeLessThan(2000);
    expect(await other.query("who")).toHaveProperty("result");
  });

  test("SES-16: a subscription ends when its session expires by the clock", async () => {
    let now = Date.now();
    await using started = await startTestRouter(dialect, {
      clock: { now: () => now },
      settings: { SESSION_IDLE_SECONDS: 60 },
    });
    const { app } = started;
    const ann = await app.signIn("ann");
    await using socket = await ann.open();
    await socket.subscribe("session.snapshot");
    now += 59_000;
    expect(await socket.query("anyone")).toHaveProperty("result");
    // The call counts as use, but the session has been touched a moment ago by the clock of its last write.
    now += 61_000;
    expect(await socket.closed).toEqual({ code: 4401, reason: "expired" });
  });

  test("PRM-14: a stream written as a generator ends when the right to it goes", async () => {
    await using started = await startTestRouter(dialect);
    const { app, counts } = started;
    const ann = await app.signIn("ann");
    await app.auth.rights.grant(ann.id, "reports.view");
    await using socket = await ann.open();
    const id = await socket.subscribe("ticks");
    await socket.data(id, 2);
    await app.auth.rights.withdraw(ann.id, "reports.view");
    const count = socket.dataOf(id).length;
    const end = await socket.until((frame) => frame.id === id && frame.error !== undefined);
    expect(end).toMatchObject({ error: { data: { code: "FORBIDDEN" } } });
    // One value may have been on its way when the right went.
    expect(socket.dataOf(id).length).toBeLessThanOrEqual(count + 1);
    await expect.poll(() => counts.streams - counts.streamsEnded).toBe(0);
    expect(await socket.query("who")).toHaveProperty("result");
  });

  test("SES-08: after a rotation the socket is asked to reconnect, and its calls are refused as stale until it has", async () => {
    await using started = await startTestRouter(dialect);
    const { app, counts } = started;
    const ann = await app.signIn("ann");
    await using socket = await ann.open();
    const rotated = await app.db.transaction((tx) => app.auth.sessions.rotate(tx, ann.principal.session.id));
    await socket.until((frame) => frame.method === "reconnect");
    expect(await socket.mutate("count")).toMatchObject({
      error: { data: { code: "UNAUTHORIZED", reason: "STALE_CONNECTION" } },
    });
    expect(counts.mutations).toBe(0);
    await using next = await app.open(`${app.app.services.cookie.name}=${rotated?.token}`);
    expect(await next.mutate("count")).toMatchObject({ result: { data: 1 } });
    expect(await (await app.http("who", { method: "GET", cookie: ann.cookie })).json()).toMatchObject({
      error: { data: { code: "UNAUTHORIZED" } },
    });
  });

  test("WSK-26: the snapshot starts with the present state, and each change gives exactly one newer version", async () => {
    await using started = await startTestRouter(dialect);
    const { app } = started;
    const [ann, bob] = [await app.signIn("ann"), await app.signIn("bob")];
    await using socket = await ann.open();
    await using other = await bob.open();
    const id = await socket.subscribe("session.snapshot");
    const otherId = await other.subscribe("session.snapshot");
    await Promise.all([socket.data(id, 1), other.data(otherId, 1)]);

    await app.auth.rights.grant(ann.id, "reports.view");
    await socket.data(id, 2);
    await app.auth.rights.setGroup("editors", ["reports.view"]);
    await app.auth.rights.withdraw(ann.id, "reports.view");
    const frames = (await socket.data(id, 3)) as { version: number; permissions: string[] }[];
    expect(frames.map(({ permissions }) => permissions)).toEqual([[], ["reports.view"], []]);
    expect(frames.map(({ version }) => version)).toEqual(
      frames.map(({ version }) => version).toSorted((a, b) => a - b),
    );
    expect(new Set(frames.map(({ version }) => version)).size).toBe(3);
    expect(Object.keys(frames[0] ?? {}).filter((key) => /hash|token/i.test(key))).toEqual([]);
    expect(other.dataOf(otherId)).toHaveLength(1);
  });

  test("WSK-26: name, address, groups and rights, changed elsewhere, give one newer snapshot each, and the end when switched off", async () => {
    const settings = { LEASE_SECONDS: 300, SNAPSHOT_GROUPS: true };
    await using started = await startTestRouter(dialect, { settings });
    const { app } = started;
    const [ann, bob] = [await app.signIn("ann"), await app.signIn("bob")];
    await app.auth.rights.setGroup("editors", ["reports.view"]);
    await using socket = await ann.open();
    await using other = await bob.open();
    const id = await socket.subscribe("session.snapshot");
    const otherId = await other.subscribe("session.snapshot");
    await Promise.all([socket.data(id, 1), other.data(otherId, 1)]);
    await using elsewhere = await openElsewhere(started.databaseUrl);
    const { users, groups, groupMembers, userPermissions } = elsewhere.tables;
    const isAnn = eq(users.id, ann.id);
    const [group] = await elsewhere.select().from(groups);
    const groupId = group?.id ?? "";

    const changes: readonly (readonly [change: () => Promise<unknown>, shows: object])[] = [
      [async () => elsewhere.update(users).set({ firstName: "Anna" }).where(isAnn), { firstName: "Anna" }],
      [
        async () => elsewhere.update(users).set({ email: "ann@example.com" }).where(isAnn),
        { email: "ann@example.com" },
      ],
      [
        async () => elsewhere.insert(groupMembers).values({ groupId, userId: ann.id }),
        { groups: ["editors"], permissions: ["reports.view"] },
      ],
      [async () => elsewhere.update(groups).set({ name: "writers" }), { groups: ["writers"] }],
      [async () => elsewhere.delete(groupMembers), { groups: [], permissions: [] }],
      [
        async () => elsewhere.insert(userPermissions).values({ userId: ann.id, permission: "reports.view" }),
        { permissions: ["reports.view"] },
      ],
    ];
    for (const [index, [change, shows]] of changes.entries()) {
      await change();
      expect((await socket.data(id, index + 2))[index + 1]).toMatchObject(shows);
    }

    const versions = (socket.dataOf(id) as { version: number }[]).map(({ version }) => version);
    expect(versions).toHaveLength(changes.length + 1);
    expect(versions.every((version, index) => index === 0 || version > (versions[index - 1] ?? 0))).toBe(true);
    await elsewhere.update(users).set({ isActive: false }).where(isAnn);
    expect(await socket.closed).toEqual({ code: 4401, reason: "deactivated" });
    expect(other.dataOf(otherId)).toHaveLength(1);
  });

  test("a session in use shows its new end on open screens, as a newer version", async () => {
    let now = Date.now();
    await using started = await startTestRouter(dialect, { clock: { now: () => now } });
    const ann = await started.app.signIn("ann");
    await using socket = await ann.open();
    const id = await socket.subscribe("session.snapshot");
    await socket.data(id, 1);
    now += 61_000;
    await socket.query("who");
    const [before, after] = (await socket.data(id, 2)) as { sessionExpiresAt: string; version: number }[];
    expect(Date.parse(after?.sessionExpiresAt ?? "") - Date.parse(before?.sessionExpiresAt ?? "")).toBe(61_000);
    expect(after?.version).toBe((before?.version ?? 0) + 1);
  });

  test("a session in use outlives its idle limit, however short that is", async () => {
    await using started = await startTestRouter(dialect, { settings: { SESSION_IDLE_SECONDS: 2 } });
    const ann = await started.app.signIn("ann");
    await using socket = await ann.open();
    for (let call = 0; call < 12; call += 1) {
      expect(await socket.query("who")).toMatchObject({ result: { data: "ann" } });
      await new Promise((resolve) => setTimeout(resolve, 250));
    }
  });

  test("sessions that cannot be read again do not end the process, and nothing is ended but by the lease", async () => {
    await using started = await startTestRouter(dialect);
    const { app } = started;
    const ann = await app.signIn("ann");
    await using socket = await ann.open();
    await app.db.close();
    app.bus.publish({ kind: "gap" });
    app.bus.publish({ kind: "user", userId: ann.id });
    await expect.poll(() => app.logged.some(({ message }) => message.includes("could not be read again"))).toBe(true);
    expect(socket.socket.readyState).toBe(1);
  });

  test("however many gaps are told at once, everything is read again once, and once more for those told meanwhile", async () => {
    // Long enough that the lease finds nothing first.
    await using started = await startTestRouter(dialect, { settings: { LEASE_SECONDS: 60 } });
    const { app } = started;
    const [ann, bob] = [await app.signIn("ann"), await app.signIn("bob")];
    await using socket = await ann.open();
    await using other = await bob.open();
    const { sessions } = app.app.services.auth;
    const validate = sessions.validate.bind(sessions);
    const gate = Promise.withResolvers<void>();
    let found = 0;
    const read = vi.spyOn(sessions, "validate").mockImplementation(async (hash) => {
      const principal = await validate(hash);
      found += 1;
      await gate.promise;
      return principal;
    });
    for (let told = 0; told < 1000; told += 1) app.bus.publish({ kind: "gap" });
    // The first reading has found her still there.
    await expect.poll(() => found).toBeGreaterThanOrEqual(2);
    await app.db.delete(app.db.tables.sessions).where(eq(app.db.tables.sessions.userId, ann.id));
    app.bus.publish({ kind: "gap" });
    gate.resolve();

    expect(await socket.closed).toMatchObject({ code: 4401 });
    expect(await other.query("who")).toMatchObject({ result: { data: "bob" } });
    // Four, and what the database's own notice and the call read.
    expect(read.mock.calls.length).toBeLessThan(30);
  });

  test("two devices that end each other's session at once: one ends, none hangs", async () => {
    await using started = await startTestRouter(dialect);
    const ann = await started.app.signIn("ann");
    const elsewhere = await ann.signInAgain();
    const answers = await Promise.all(
      [ann, elsewhere].map(({ cookie }) => started.app.http("account.sessions.endOthers", { cookie })),
    );
    expect(answers.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([200, 401]);
  });

  test("an anonymous socket is told that it is anonymous", async () => {
    await using started = await startTestRouter(dialect);
    await using socket = await started.app.open();
    const id = await socket.subscribe("session.snapshot");
    expect(await socket.data(id, 1)).toEqual([{ isAuthenticated: false }]);
  });
});
