import { eq, sql } from "drizzle-orm";
import { expect, test } from "vitest";

import { postgresDialect } from "@app/services/databases";

import { answer, startAdminApp } from "./test/admin-app.ts";
import { startTestRouter } from "./test/start.ts";

const unsayable = ["infinity", "-infinity", "0044-03-15 BC"];
const known = expect.any(String) as string;
interface Rows {
  readonly rows: readonly object[];
}

test("a user's list of sessions is there, also with instants set by hand that cannot be said, and another's is as it was", async () => {
  await using started = await startTestRouter(postgresDialect);
  const { app } = started;
  const [ann, bob] = [await app.signIn("ann"), await app.signIn("bob")];
  const phone = await ann.signInAgain();
  await using socket = await ann.open();
  await using other = await bob.open();
  const { sessions } = app.db.tables;
  for (const instant of unsayable) {
    const at = sql`${instant}::timestamptz`;
    await app.db
      .update(sessions)
      .set({ createdAt: at, lastUsedAt: at, authenticatedAt: at })
      .where(eq(sessions.id, phone.principal.session.id));

    const shown = (createdAt: unknown, lastUsedAt: unknown) =>
      expect.objectContaining({ createdAt, lastUsedAt }) as object;
    const list = await socket.query("account.sessions.list");
    expect(list.result?.data).toHaveLength(2);
    expect(list.result?.data).toEqual(expect.arrayContaining([shown(null, null), shown(known, known)]));
    const [live] = await socket.data(await socket.subscribe("account.sessions.live"), 1);
    expect(JSON.stringify(live)).toContain(phone.principal.session.id);
    expect((await other.query("account.sessions.list")).result?.data).toEqual([shown(known, known)]);
    // The phone itself works on, and has nothing fresh.
    expect((await app.http("who", { method: "GET", cookie: phone.cookie })).status).toBe(200);
    expect((await app.http("fresh", { cookie: phone.cookie })).status).toBe(403);
  }
});

test("the audit log is there, also with an instant set by hand that cannot be said", async () => {
  await using started = await startAdminApp(postgresDialect);
  const { app } = started;
  const sue = await started.staff("sue", "audit.view");
  await using socket = await sue.open();
  const { auditEvents } = app.db.tables;
  await app.auth.audit.flush();
  const [event] = await app.auth.audit.list({ limit: 1 });
  for (const instant of unsayable) {
    await app.db
      .update(auditEvents)
      .set({ at: sql`${instant}::timestamptz` })
      .where(eq(auditEvents.id, event?.id ?? ""));
    const { rows } = await answer<Rows>(socket.query("admin.audit.list"));
    expect(rows.length).toBeGreaterThanOrEqual(1);
    expect(rows).toContainEqual(expect.objectContaining({ id: event?.id, at: null }));
    const from = new Date(0).toISOString();
    const { rows: since } = await answer<Rows>(socket.query("admin.audit.list", { from }));
    expect(since).toHaveLength(instant === "infinity" ? rows.length : rows.length - 1);
  }
});

test("a notice whose instants were set by hand to what cannot be said takes no other notice away", async () => {
  await using started = await startTestRouter(postgresDialect);
  const { app } = started;
  const [ann, bob] = [await app.signIn("ann"), await app.signIn("bob")];
  const { notifications: service } = app.app.services;
  const { notifications } = app.db.tables;
  const unseen = async ({ principal }: typeof ann) =>
    (await service.listUnseen(principal.session)).map(({ notice }) => ("text" in notice ? notice.text : null));
  for (const instant of unsayable) {
    const at = sql`${instant}::timestamptz`;
    for (const column of ["createdAt", "expiresAt"] as const) {
      await app.db.delete(notifications);
      await service.notify(ann.id, { text: "broken" });
      await app.db.update(notifications).set({ [column]: at });
      await service.notify(ann.id, { text: "whole" });
      await service.notify(bob.id, { text: "bob's" });
      expect(await unseen(ann)).toContain("whole");
      expect(await unseen(bob)).toEqual(["bob's"]);
    }
  }
});
