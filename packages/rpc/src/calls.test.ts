import { eq } from "drizzle-orm";
import { expect, test } from "vitest";

import { describeDatabases } from "@app/services/databases";
import { hashToken } from "@countersign/auth";

import { startTestRouter } from "./test/start.ts";

describeDatabases((dialect) => {
  test("every rule lets pass whom it names, over the socket and over HTTP alike", async () => {
    await using started = await startTestRouter(dialect);
    const { app } = started;
    const { users } = app.db.tables;
    const [ann, sue] = [await app.signIn("ann"), await app.signIn("sue")];
    await app.auth.rights.grant(ann.id, "reports.view");
    await app.auth.rights.setGroup("editors", []);
    await app.auth.rights.addToGroup(ann.id, "editors");
    await app.db.update(users).set({ isSuperuser: true }).where(eq(users.id, sue.id));

    const codes = async (cookie: string | undefined) => {
      await using socket = await app.open(cookie);
      const over = { socket: [] as string[], http: [] as string[] };
      for (const path of ["anyone", "who", "reports", "staff", "superuser", "editors"]) {
        const frame = await socket.query(path);
        over.socket.push(frame.error?.data.code ?? "OK");
        const response = await app.http(path, { method: "GET", cookie });
        const body = (await response.json()) as { error?: { data: { code: string } } };
        over.http.push(body.error?.data.code ?? "OK");
      }
      expect(over.http).toEqual(over.socket);
      return over.socket;
    };

    const [U, F] = ["UNAUTHORIZED", "FORBIDDEN"];
    expect(await codes(undefined)).toEqual(["OK", U, U, U, U, U]);
    expect(await codes(ann.cookie)).toEqual(["OK", "OK", "OK", F, F, "OK"]);
    expect(await codes(sue.cookie)).toEqual(["OK", "OK", "OK", "OK", "OK", F]);
  });

  test("SES-14: a session row deleted in the database refuses the next call on an open socket", async () => {
    await using started = await startTestRouter(dialect, {
      isDeaf: true,
      settings: { EXTERNAL_POLL_MS: 60_000, LEASE_SECONDS: 300 },
    });
    const { app } = started;
    const [ann, bob] = [await app.signIn("ann"), await app.signIn("bob")];
    await using socket = await ann.open();
    await using other = await bob.open();
    expect(await socket.query("who")).toMatchObject({ result: { data: "ann" } });

    const { sessions } = app.db.tables;
    await app.db.delete(sessions).where(eq(sessions.userId, ann.id));

    expect(await socket.query("who")).toMatchObject({ error: { data: { code: "UNAUTHORIZED" } } });
    expect(await socket.closed).toEqual({ code: 4401, reason: "ended" });
    expect(await other.query("who")).toMatchObject({ result: { data: "bob" } });
  });

  test("PRM-10: a permission taken away in the database refuses the next call on an open socket", async () => {
    await using started = await startTestRouter(dialect, {
      isDeaf: true,
      settings: { EXTERNAL_POLL_MS: 60_000, LEASE_SECONDS: 300 },
    });
    const { app } = started;
    const ann = await app.signIn("ann");
    await app.auth.rights.grant(ann.id, "reports.view");
    await using socket = await ann.open();
    expect(await socket.query("reports")).toMatchObject({ result: { data: "the report" } });

    const { userPermissions } = app.db.tables;
    await app.db.delete(userPermissions).where(eq(userPermissions.userId, ann.id));
    expect(await socket.query("reports")).toMatchObject({ error: { data: { code: "FORBIDDEN" } } });
    expect(await socket.query("who")).toMatchObject({ result: { data: "ann" } });
  });

  test("PRM-11: a user made inactive is refused at once and cannot come back", async () => {
    await using started = await startTestRouter(dialect, {
      isDeaf: true,
      settings: { EXTERNAL_POLL_MS: 60_000, LEASE_SECONDS: 300 },
    });
    const { app } = started;
    const ann = await app.signIn("ann");
    await using socket = await ann.open();
    await app.db.update(app.db.tables.users).set({ isActive: false }).where(eq(app.db.tables.users.id, ann.id));
    expect(await socket.query("who")).toMatchObject({ error: { data: { code: "UNAUTHORIZED" } } });
    const login = await app.http("auth.login", { input: { login: "ann", password: ann.password } });
    expect(login.status).toBe(401);
    expect(login.headers.get("set-cookie")).toBeNull();
  });

  test("OUT-13: a mutation under way when its session ends writes nothing after the end", async () => {
    await using started = await startTestRouter(dialect);
    const { app, counts } = started;
    const ann = await app.signIn("ann");
    const slow = app.http("slow", { input: { ms: 200 }, cookie: ann.cookie });
    await new Promise((resolve) => setTimeout(resolve, 50));
    await app.auth.accounts.logout(hashToken(ann.cookie.split("=")[1] ?? ""));
    expect((await slow).status).toBe(401);
    expect(counts.mutations).toBe(0);
  });

  test("PRM-16: a right withdrawn under way stops a mutation that stands on it, one gained does not", async () => {
    await using started = await startTestRouter(dialect);
    const { app, counts } = started;
    const ann = await app.signIn("ann");
    await app.auth.rights.grant(ann.id, "reports.view");
    const write = () => app.http("slowReport", { input: { ms: 200 }, cookie: ann.cookie });

    const gained = write();
    await new Promise((resolve) => setTimeout(resolve, 50));
    await app.auth.rights.setGroup("editors", []);
    await app.auth.rights.addToGroup(ann.id, "editors");
    expect((await gained).status).toBe(200);

    const lost = write();
    await new Promise((resolve) => setTimeout(resolve, 50));
    await app.auth.rights.withdraw(ann.id, "reports.view");
    expect((await lost).status).toBe(403);
    expect(counts.mutations).toBe(1);
  });
});
