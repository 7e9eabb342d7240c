import { expect, test } from "vitest";
import { z } from "zod";

import { describeDatabases } from "@app/services/databases";
import { touchUser, touchUserIn } from "@countersign/auth";

import { defineSnapshotFields } from "./live/snapshot-fields.ts";
import { startTestRouter } from "./test/start.ts";

describeDatabases((dialect) => {
  test("a touch of the session reaches its open snapshots with the new end and a newer version, and no other user's", async () => {
    let now = Date.now();
    await using started = await startTestRouter(dialect, { clock: { now: () => now } });
    const { app } = started;
    const [ann, bob] = [await app.signIn("ann"), await app.signIn("bob")];
    await using socket = await ann.open();
    await using other = await bob.open();
    const mine = await socket.subscribe("session.snapshot");
    const theirs = await other.subscribe("session.snapshot");
    const [before] = await socket.data(mine, 1);
    await other.data(theirs, 1);

    now += 61_000;
    await socket.query("who");

    const [, after] = await socket.data(mine, 2);
    const { version, sessionExpiresAt } = before as { version: number; sessionExpiresAt: string };
    expect(after).toMatchObject({
      version: version + 1,
      sessionExpiresAt: new Date(Date.parse(sessionExpiresAt) + 61_000).toISOString(),
    });
    expect(other.dataOf(theirs)).toHaveLength(1);
  });

  test("touchUser has the snapshot read again, with a newer version, and only this user's", async () => {
    await using started = await startTestRouter(dialect);
    const { app } = started;
    const [ann, bob] = [await app.signIn("ann"), await app.signIn("bob")];
    await using socket = await ann.open();
    await using other = await bob.open();
    const mine = await socket.subscribe("session.snapshot");
    const theirs = await other.subscribe("session.snapshot");
    const [before] = (await socket.data(mine, 1)) as [{ version: number }];
    await other.data(theirs, 1);

    await touchUser(app, ann.id);
    expect((await socket.data(mine, 2))[1]).toMatchObject({ version: before.version + 1 });

    const undone = app.db.transaction(async (tx) => {
      await touchUserIn(tx, app.bus, ann.id);
      throw new Error("No.");
    });
    await expect(undone).rejects.toThrow("No.");
    await touchUser(app, ann.id);
    expect((await socket.data(mine, 3))[2]).toMatchObject({ version: before.version + 2 });
    expect(other.dataOf(theirs)).toHaveLength(1);
  });

  test("L6: groups are shown where the site says so, permissions unless it says not to", async () => {
    for (const [settings, shown] of [
      [{}, { groups: [], permissions: ["reports.view"] }],
      [{ SNAPSHOT_GROUPS: true }, { groups: ["editors"], permissions: ["reports.view"] }],
      [{ SNAPSHOT_PERMISSIONS: false }, { groups: [], permissions: [] }],
    ] as const) {
      await using started = await startTestRouter(dialect, { settings });
      const { app } = started;
      const ann = await app.signIn("ann");
      await app.auth.rights.setGroup("editors", ["reports.view"]);
      await app.auth.rights.addToGroup(ann.id, "editors");
      await using socket = await ann.open();

      expect((await socket.query("session.me")).result?.data).toMatchObject(shown);
      expect((await socket.data(await socket.subscribe("session.snapshot"), 1))[0]).toMatchObject(shown);
      const login = await app.http("auth.login", { input: { login: "ann", password: ann.password } });
      expect(await login.json()).toMatchObject({ result: { data: { user: shown } } });
      // What is not shown is held all the same.
      expect(await socket.query("reports")).toHaveProperty("result");
    }
  });

  test("the app's fields are those its schema names, and follow a touch", async () => {
    const plans = new Map<string, string>();
    const snapshotFields = defineSnapshotFields({
      fields: z.object({ plan: z.string() }),
      read: async ({ user }) => ({ plan: plans.get(user.id) ?? "free", secret: "s3cret" }),
    });
    await using started = await startTestRouter(dialect, { snapshotFields });
    const { app } = started;
    const [ann, bob] = [await app.signIn("ann"), await app.signIn("bob")];
    await using socket = await ann.open();
    await using other = await bob.open();
    const mine = await socket.subscribe("session.snapshot");
    const theirs = await other.subscribe("session.snapshot");
    expect((await socket.data(mine, 1))[0]).toMatchObject({ app: { plan: "free" } });

    plans.set(ann.id, "paid");
    await touchUser(app, ann.id);

    expect((await socket.data(mine, 2))[1]).toMatchObject({ app: { plan: "paid" } });
    expect((await other.data(theirs, 1))[0]).toMatchObject({ app: { plan: "free" } });
    expect(socket.texts.join("")).not.toContain("s3cret");
  });

  test("a snapshot goes out without the app's fields when these cannot be read, and the log says why", async () => {
    const snapshotFields = defineSnapshotFields({
      fields: z.object({ plan: z.string() }),
      read: () => Promise.reject(new Error("The plan is away.")),
    });
    await using started = await startTestRouter(dialect, { snapshotFields });
    const ann = await started.app.signIn("ann");
    await using socket = await ann.open();
    const me = await socket.query("session.me");
    expect(me.result?.data).toMatchObject({ username: "ann" });
    expect(me.result?.data).not.toHaveProperty("app");
    expect(started.app.logged.map(({ message }) => message)).toEqual([
      "The app's fields of a snapshot could not be read",
    ]);
  });
});
