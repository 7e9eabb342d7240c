import { eq } from "drizzle-orm";
import { expect, test, vi } from "vitest";

import { describeDatabases } from "@app/services/databases";

import { startTestRouter } from "../test/start.ts";

const unconfirmed = { code: 1012, reason: "sessions cannot be confirmed" };
/** One that nothing else tells of the end of a session. */
const deaf = { isDeaf: true, settings: { LEASE_SECONDS: 1, EXTERNAL_POLL_MS: 60_000 } };

describeDatabases((dialect) => {
  test("a database that is away for a whole lease closes the sockets of sessions, and no others", async () => {
    await using started = await startTestRouter(dialect, deaf);
    const { app } = started;
    await using socket = await (await app.signIn("ann")).open();
    await using visitor = await app.open();
    await app.db.close();
    const from = performance.now();
    expect(await socket.closed).toEqual(unconfirmed);
    expect(performance.now() - from).toBeLessThan(1800);
    expect(visitor.socket.readyState).toBe(1);
  });

  test("the sockets of sessions that cannot be confirmed are closed before a lease has passed since they were", async () => {
    await using started = await startTestRouter(dialect, deaf);
    const { app } = started;
    await using socket = await (await app.signIn("ann")).open();
    const { sessions } = app.app.services.auth;
    const validate = sessions.validate.bind(sessions);
    let askedAt = performance.now();
    let isAway = false;
    Object.assign(sessions, {
      validate(tokenHash: string) {
        // One that never answers.
        if (isAway) return new Promise(() => {});
        askedAt = performance.now();
        return validate(tokenHash);
      },
    });
    // For two leases it is confirmed, and stays open.
    await new Promise((resolve) => setTimeout(resolve, 2000));
    expect(socket.socket.readyState).toBe(1);
    isAway = true;
    expect(await socket.closed).toEqual(unconfirmed);
    expect(performance.now() - askedAt).toBeLessThanOrEqual(1000);
  });

  test("a renewal that fails once is tried again before the lease is over: nobody's socket is closed", async () => {
    await using started = await startTestRouter(dialect, { ...deaf, settings: { ...deaf.settings, LEASE_SECONDS: 2 } });
    const { app } = started;
    await using socket = await (await app.signIn("ann")).open();
    const asked = vi.spyOn(app.app.services.auth.sessions, "validate");
    // Once for the renewal that fails; the next in its turn would come when the lease is over.
    asked.mockRejectedValueOnce(new Error("away, for a test"));
    await vi.waitFor(() => expect(asked.mock.settledResults[0]).toMatchObject({ type: "rejected" }), 3000);
    const failedAt = performance.now();
    await vi.waitFor(() => expect(asked.mock.settledResults[1]).toMatchObject({ type: "fulfilled" }), 3000);
    expect(performance.now() - failedAt).toBeLessThan(800);
    await new Promise((resolve) => setTimeout(resolve, 1500));
    expect(await socket.query("who")).toHaveProperty("result");
  });

  test("a session that ends by the clock is as good as ended: its socket is closed then, though it asks for nothing", async () => {
    await using started = await startTestRouter(dialect, { isDeaf: true, settings: { LEASE_SECONDS: 300 } });
    const { app } = started;
    const { sessions } = app.db.tables;
    const lates = ["ann", "bob", "cid"].map(async (name, index) => {
      const user = await app.signIn(name);
      const end = new Date(Date.now() + 700 + index * 300);
      // By either limit.
      const limits = index === 1 ? { absoluteExpiresAt: end } : { expiresAt: end };
      await app.db.update(sessions).set(limits).where(eq(sessions.userId, user.id));
      await using socket = await user.open();
      expect(await socket.closed).toEqual({ code: 4401, reason: "expired" });
      return Date.now() - end.getTime();
    });
    for (const late of await Promise.all(lates)) expect(late).toBeLessThan(250);
  });

  test("a server that stood still asks before it closes: who is signed in stays, whose session ended meanwhile does not", async () => {
    await using started = await startTestRouter(dialect, deaf);
    const { app } = started;
    const [ann, bob] = [await app.signIn("ann"), await app.signIn("bob")];
    await using socket = await ann.open();
    await using other = await bob.open();
    const { sessions } = app.db.tables;
    await app.db.delete(sessions).where(eq(sessions.userId, bob.id));
    standStill(2500);
    expect(await other.closed).toMatchObject({ code: 4401 });
    await new Promise((resolve) => setTimeout(resolve, 600));
    expect(await socket.query("who")).toHaveProperty("result");
  });

  test("a database that is away when a server has stood still is asked once; then the sockets are closed", async () => {
    await using started = await startTestRouter(dialect, deaf);
    const { app } = started;
    await using socket = await (await app.signIn("ann")).open();
    await app.db.close();
    standStill(2500);
    const from = performance.now();
    expect(await socket.closed).toEqual(unconfirmed);
    expect(performance.now() - from).toBeLessThan(700);
  });

  test("a database that does not answer when a server has stood still is not waited for", async () => {
    await using started = await startTestRouter(dialect, deaf);
    const { app } = started;
    await using socket = await (await app.signIn("ann")).open();
    Object.assign(app.app.services.auth.sessions, { validate: () => new Promise(() => {}) });
    standStill(2500);
    const from = performance.now();
    expect(await socket.closed).toEqual(unconfirmed);
    expect(performance.now() - from).toBeLessThan(1200);
  });
});

/** Nothing else is done meanwhile: no timer runs, no answer is read. */
function standStill(ms: number): void {
  const until = performance.now() + ms;
  while (performance.now() < until);
}
