import { and, eq } from "drizzle-orm";
import { expect, test, vi } from "vitest";

import { describeDatabases } from "@app/services/databases";
import type { Database } from "@countersign/db";

import { attempt, outcomeOf, startAdminApp } from "./test/admin-app.ts";
import type { RawFrame, RawSocket } from "./testing/raw-socket.ts";

const last = "CONFLICT LAST_SUPERUSER";

describeDatabases((dialect) => {
  test("PRM-20: the last active superuser is not demoted, switched off or removed, and nobody does it to themselves", async () => {
    await using started = await startAdminApp(dialect);
    const { app } = started;
    const root = await started.root();
    const { id } = root;
    await using socket = await root.open();

    const attempts = () =>
      Promise.all([
        attempt(socket, "admin.user.setSuperuser", { id, value: false }),
        attempt(socket, "admin.user.setActive", { id, value: false }),
        attempt(socket, "admin.user.remove", { id }),
      ]);
    expect(await attempts()).toEqual([last, last, last]);
    expect(await started.readUser(id)).toMatchObject({ isSuperuser: true, isActive: true });
    expect(await started.audited("admin.user.set_superuser")).toMatchObject([
      { outcome: "refused", reason: "last_superuser", actorName: "root", subjectName: "root" },
    ]);

    // One who is switched off is none.
    const off = await started.root("off");
    await app.auth.accounts.setActive(off.id, false);
    expect(await attempt(socket, "admin.user.setSuperuser", { id, value: false })).toBe(last);

    // Negative control: with another one, the rank can be laid down; but nobody goes altogether by their own hand.
    await started.root("second");
    expect(await attempt(socket, "admin.user.setActive", { id, value: false })).toBe("FORBIDDEN");
    expect(await attempt(socket, "admin.user.remove", { id })).toBe("FORBIDDEN");
    expect(await attempt(socket, "admin.user.setSuperuser", { id, value: false })).toBe("OK");
    expect(await started.readUser(id)).toMatchObject({ isSuperuser: false, isActive: true });
  });

  test.each([
    ["admin.user.setSuperuser", { value: false }],
    ["admin.user.setActive", { value: false }],
    ["admin.user.remove", {}],
  ])("PRM-20: of two superusers who turn on each other at once by %s, one stays", async (path, input) => {
    await using started = await startAdminApp(dialect);
    const { app } = started;
    for (let round = 1; round <= 4; round += 1) {
      const [one, two] = [await started.root(`one${round}`), await started.root(`two${round}`)];
      await using first = await one.open();
      await using second = await two.open();

      const came = await Promise.all([
        // A socket that is closed in the middle of it does not answer any more.
        Promise.race([attempt(first, path, { ...input, id: two.id }), first.closed.then(() => "closed")]),
        Promise.race([attempt(second, path, { ...input, id: one.id }), second.closed.then(() => "closed")]),
      ]);

      // Neither waits for the other for ever: the slower one finds that it has no right to it any more.
      const [won, lost] = came.toSorted((a, b) => (a === "OK" ? -1 : b === "OK" ? 1 : 0));
      expect(won, came.join()).toBe("OK");
      expect(lost).toMatch(/^(closed|FORBIDDEN|UNAUTHORIZED)$/);
      const left = await activeSuperusers(app.db);
      expect(left).toHaveLength(1);
      for (const username of left) await remove(app.db, username);
    }
  });

  test("PRM-20: of two superusers who lay down their rank at once, one keeps it", async () => {
    await using started = await startAdminApp(dialect);
    for (let round = 1; round <= 4; round += 1) {
      const [one, two] = [await started.root(`one${round}`), await started.root(`two${round}`)];
      await using first = await one.open();
      await using second = await two.open();

      const came = await Promise.all([
        attempt(first, "admin.user.setSuperuser", { id: one.id, value: false }),
        attempt(second, "admin.user.setSuperuser", { id: two.id, value: false }),
      ]);

      expect(came.toSorted()).toEqual([last, "OK"]);
      const left = await activeSuperusers(started.app.db);
      expect(left).toHaveLength(1);
      for (const username of left) await remove(started.app.db, username);
    }
  });

  test("PRM-16: once a demotion is answered, no call of the demoted admin that came after it changes anything", async () => {
    await using started = await startAdminApp(dialect, {
      settings: { CALLS_PER_SECOND: 100_000, CALLS_BURST: 100_000, SLOW_READER_SECONDS: 60 },
    });
    const root = await started.root();
    const sue = await started.staff("sue", "users.end_sessions");
    const bob = await started.app.signIn("bob");
    await using asRoot = await root.open();
    await using asSue = await sue.open();
    await using calls = new CallStorm(asSue, "admin.user.endSessions", { id: bob.id });

    calls.send(100);
    const demoted = demote(asRoot, sue.id);
    calls.send(100);
    expect(await demoted).toBe("OK");
    const sentBefore = calls.sent;
    // In portions: a reader that leaves too much unread for too long would be cut.
    for (let portion = 0; portion < 14; portion += 1) {
      calls.send(700);
      await calls.answers();
    }
    const came = await calls.answers();

    expect(new Set(came.slice(sentBefore))).toEqual(new Set(["FORBIDDEN"]));
    // So many at once wait for a connection longer than Postgres gives them; none of those did anything.
    const known = new Set(["OK", "FORBIDDEN", "SERVICE_UNAVAILABLE UNAVAILABLE"]);
    expect([...new Set(came)].filter((outcome) => !known.has(outcome))).toEqual([]);
    expect(came).toContain("OK");
    // What the log says was done stands before the demotion: the order of events is that of the transactions.
    await started.app.auth.audit.flush();
    const events = await started.app.auth.audit.list({ outcome: "ok", limit: 20_000 });
    const demotion = events.findIndex(({ action }) => action === "admin.user.set_permissions");
    const later = events.slice(0, demotion).filter(({ action }) => action === "admin.user.end_sessions");
    expect(demotion).toBeGreaterThanOrEqual(0);
    expect(later).toEqual([]);
  }, 60_000);

  test("a right withdrawn while a grant waits is not given on", async () => {
    await using started = await startAdminApp(dialect);
    const root = await started.root();
    const [sue, bob] = [await started.staff("sue", "users.grant", "notes.view"), await started.app.signIn("bob")];
    await using asRoot = await root.open();
    await using asSue = await sue.open();

    for (let round = 0; round < 8; round += 1) {
      const [withdrawn, given] = await Promise.all([
        attempt(asRoot, "admin.user.setPermissions", { id: sue.id, permissions: ["users.grant"] }),
        attempt(asSue, "admin.user.setPermissions", { id: bob.id, permissions: ["notes.view"] }),
      ]);
      expect(withdrawn).toBe("OK");
      // Either it was given before, or it is refused; whichever, the answer is the truth.
      const { permissions } = await started.readUser(bob.id);
      expect(permissions).toEqual(given === "OK" ? ["notes.view"] : []);
      expect(given).toMatch(/^(OK|FORBIDDEN BEYOND_OWN_RIGHTS)$/);
      expect(await attempt(asSue, "admin.user.setPermissions", { id: bob.id, permissions: ["notes.view"] })).toBe(
        given === "OK" ? "OK" : "FORBIDDEN BEYOND_OWN_RIGHTS",
      );
      await attempt(asRoot, "admin.user.setPermissions", { id: bob.id, permissions: [] });
      await attempt(asRoot, "admin.user.setPermissions", { id: sue.id, permissions: ["users.grant", "notes.view"] });
    }
  });

  test("changes of one group, its members and each other run at once without waiting for ever", async () => {
    await using started = await startAdminApp(dialect);
    const { app } = started;
    const people = await Promise.all(["ann", "bob", "cat", "dan"].map((name) => started.root(name)));
    const groupId = await app.auth.rights.setGroup("crew", ["notes.view"]);
    const sockets = await Promise.all(people.map((person) => person.open()));

    const came: string[] = [];
    for (let round = 0; round < 5; round += 1) {
      const version = (await app.auth.admin.groups.find(groupId))?.version ?? 0;
      const permissions = round % 2 === 0 ? ["notes.change"] : ["notes.view"];
      const calls = sockets.flatMap((socket, index) => {
        const next = people[(index + 1) % people.length];
        return [
          attempt(socket, "admin.group.update", { id: groupId, version, permissions }),
          attempt(socket, "admin.user.setGroups", { id: next?.id, groupIds: round % 2 === 0 ? [groupId] : [] }),
          attempt(socket, "admin.user.setStaff", { id: next?.id, value: round % 2 === 0 }),
        ];
      });
      came.push(...(await Promise.all(calls)));
    }
    for (const socket of sockets) await socket[Symbol.asyncDispose]();

    const unexpected = came.filter((outcome) => outcome !== "OK" && outcome !== "CONFLICT VERSION_CONFLICT");
    expect(unexpected).toEqual([]);
    expect(came.filter((outcome) => outcome === "OK").length).toBeGreaterThan(40);
  });
});

/** Takes all permissions away. It waits its turn among the calls that were there before, and tries again when that takes too long. */
async function demote(socket: RawSocket, userId: string): Promise<string> {
  const params = { path: "admin.user.setPermissions", input: { id: userId, permissions: [] } };
  for (let id = firstId; ; id += 1) {
    socket.send({ id, method: "mutation", params });
    const outcome = outcomeOf(await socket.until((frame) => frame.id === id, 40_000));
    if (!outcome.startsWith("SERVICE_UNAVAILABLE")) return outcome;
  }
}

async function activeSuperusers(db: Database): Promise<readonly string[]> {
  const { users } = db.tables;
  const rows = await db
    .select({ username: users.username })
    .from(users)
    .where(and(eq(users.isSuperuser, true), eq(users.isActive, true)));
  return rows.map(({ username }) => username);
}

async function remove(db: Database, username: string): Promise<void> {
  const { users } = db.tables;
  await db.delete(users).where(eq(users.username, username));
}

/** Very many of the same call over one socket, without waiting for the answers in between. */
class CallStorm implements AsyncDisposable {
  sent = 0;
  readonly #socket: RawSocket;
  readonly #path: string;
  readonly #input: unknown;
  readonly #answers: string[] = [];
  readonly #onMessage = (data: Buffer) => this.#note(data);

  constructor(socket: RawSocket, path: string, input: unknown) {
    this.#socket = socket;
    this.#path = path;
    this.#input = input;
    socket.socket.on("message", this.#onMessage);
  }

  send(count: number): void {
    for (let left = count; left > 0; left -= 1) {
      const params = { path: this.#path, input: this.#input };
      this.#socket.send({ id: firstId + this.sent, method: "mutation", params });
      this.sent += 1;
    }
  }

  /** What each call came to, in the order they were sent. */
  async answers(): Promise<readonly string[]> {
    await vi.waitFor(() => this.#requireAll(), { timeout: 30_000 });
    return this.#answers;
  }

  #requireAll(): void {
    const answered = Object.keys(this.#answers).length;
    if (answered < this.sent)
      throw new Error(
        `${this.sent - answered} of ${this.sent} calls were not answered; the socket is ${this.#socket.socket.readyState}.`,
      );
  }

  #note(data: Buffer): void {
    const frame = JSON.parse(data.toString()) as RawFrame;
    if (typeof frame.id === "number" && frame.id >= firstId) this.#answers[frame.id - firstId] = outcomeOf(frame);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#socket.socket.off("message", this.#onMessage);
  }
}

const firstId = 1_000_000;
