import { afterEach, expect, test, vi } from "vitest";

import { describeDatabases, type TestDialect } from "@app/services/databases";
import { createMemoryBus } from "@countersign/bus";
import { defaultSettings } from "@countersign/contract";

import { borrowDatabase } from "../test/borrow-database.ts";
import { createTestClock } from "../testing/test-clock.ts";

import type { AuditEvent, AuditRecord } from "./audit-event.ts";
import { createAuditLog } from "./create-audit-log.ts";

const [ann, bob] = [
  { id: "user-ann", name: "Ann", sessionId: "session-ann", ip: "192.0.2.1", userAgent: "Browser" },
  { id: "user-bob", name: "Bob" },
];
const login: AuditEvent = { action: "auth.login", outcome: "ok", actor: ann };
const refusal: AuditEvent = { action: "auth.login", outcome: "refused", reason: "wrong_password", actor: bob };

async function openLog(dialect: TestDialect, onAudit: (record: AuditRecord) => void = () => {}) {
  const place = await borrowDatabase(dialect);
  const clock = createTestClock();
  const errors: unknown[] = [];
  const settings = { ...defaultSettings, AUDIT_DAYS: 30 };
  const log = createAuditLog({
    db: place.db,
    bus: createMemoryBus(),
    clock,
    settings,
    onAudit,
    onError: (error) => errors.push(error),
  });
  return { ...place, clock, errors, log, [Symbol.asyncDispose]: () => place[Symbol.asyncDispose]() };
}

afterEach(() => vi.restoreAllMocks());

describeDatabases((dialect) => {
  test("an event is kept with who, what, outcome, session and address", async () => {
    await using app = await openLog(dialect);
    await app.db.transaction((tx) => app.log.recordIn(tx, { ...login, details: { remember: true } }));

    const [record] = await app.log.list({ limit: 10 });
    expect(record).toEqual({
      id: expect.any(String) as string,
      at: new Date(app.clock.now()),
      action: "auth.login",
      outcome: "ok",
      reason: null,
      actorId: "user-ann",
      actorName: "Ann",
      subjectId: null,
      subjectName: null,
      impersonatorId: null,
      sessionId: "session-ann",
      ip: "192.0.2.1",
      userAgent: "Browser",
      details: { remember: true },
    });
  });

  test("an event of a transaction that is undone is not kept, and nobody hears of it", async () => {
    const heard: AuditRecord[] = [];
    await using app = await openLog(dialect, (record) => heard.push(record));
    const undone = app.db.transaction(async (tx) => {
      await app.log.recordIn(tx, login);
      throw new Error("No.");
    });

    await expect(undone).rejects.toThrow("No.");
    await expect(app.log.list({ limit: 10 })).resolves.toEqual([]);
    expect(heard).toEqual([]);
  });

  test("refusals are written together, soon, in their order", async () => {
    await using app = await openLog(dialect);
    const insert = vi.spyOn(app.db, "insert");
    for (let index = 0; index < 50; index += 1) app.log.record({ ...refusal, details: { count: index } });
    await app.log.flush();

    const records = await app.log.list({ limit: 100 });
    expect(records.map(({ details }) => details?.count)).toEqual(Array.from({ length: 50 }, (_, index) => 49 - index));
    expect(insert).toHaveBeenCalledTimes(1);
  });

  test("what is not named in the allow-list is left out, however it got in; texts are bounded and hold no control characters", async () => {
    await using app = await openLog(dialect);
    const smuggled = { password: "hunter2", token: "abc", fields: ["email"], group: "x".repeat(1000) };
    await app.db.transaction((tx) =>
      app.log.recordIn(tx, {
        ...login,
        actor: { ...ann, name: "An\u0000n\r\nForged \ud800" },
        details: smuggled,
      }),
    );

    const [record] = await app.log.list({ limit: 1 });
    expect(record?.details).toEqual({ fields: ["email"], group: "x".repeat(256) });
    expect(record?.actorName).toBe("An\u{fffd}n\u{fffd}\u{fffd}Forged \u{fffd}");
  });

  test("the list is filtered by actor, subject, action, outcome and time, and goes on after an id", async () => {
    await using app = await openLog(dialect);
    const { log, clock } = app;
    const write = (event: AuditEvent) => app.db.transaction((tx) => log.recordIn(tx, event));
    await write(login);
    await write({ ...refusal, subject: ann });
    clock.advance(60_000);
    await write({ action: "admin.user.update", outcome: "ok", actor: bob, subject: ann });

    const actions = async (filter: Omit<Parameters<typeof log.list>[0], "limit">) =>
      (await log.list({ limit: 10, ...filter })).map(({ action, outcome }) => `${action} ${outcome}`);
    await expect(actions({ actorId: "user-bob" })).resolves.toEqual(["admin.user.update ok", "auth.login refused"]);
    await expect(actions({ subjectId: "user-bob" })).resolves.toEqual([]);
    await expect(actions({ userId: "user-ann" })).resolves.toHaveLength(3);
    await expect(actions({ action: "auth.login", outcome: "ok" })).resolves.toEqual(["auth.login ok"]);
    await expect(actions({ from: new Date(clock.now()) })).resolves.toEqual(["admin.user.update ok"]);
    await expect(actions({ until: new Date(clock.now()) })).resolves.toHaveLength(2);

    await expect(actions({ search: "LOGIN" })).resolves.toEqual(["auth.login refused", "auth.login ok"]);
    await expect(actions({ search: "user.update" })).resolves.toEqual(["admin.user.update ok"]);
    await expect(actions({ search: "a_min" })).resolves.toEqual([]);

    const [newest] = await log.list({ limit: 1 });
    await expect(actions({ after: newest?.id ?? "" })).resolves.toEqual(["auth.login refused", "auth.login ok"]);
  });

  test("a listener that throws breaks nothing and is told of", async () => {
    await using app = await openLog(dialect, () => {
      throw new Error("The listener's fault.");
    });
    await app.db.transaction((tx) => app.log.recordIn(tx, login));
    app.log.record(refusal);
    await app.log.flush();

    await expect(app.log.list({ limit: 10 })).resolves.toHaveLength(2);
    expect(app.errors).toHaveLength(2);
  });

  test("a database that is away loses the refusals, and says so, without a throw", async () => {
    await using app = await openLog(dialect);
    vi.spyOn(app.db, "insert").mockImplementation(() => {
      throw new Error("Away.");
    });
    app.log.record(refusal);
    await app.log.flush();
    vi.restoreAllMocks();

    expect(app.errors).toHaveLength(1);
    app.log.record(login);
    await app.log.flush();
    await expect(app.log.list({ limit: 10 })).resolves.toHaveLength(1);
  });

  test("a flood is bounded, and what is left out is counted", async () => {
    await using app = await openLog(dialect);
    for (let index = 0; index < 5010; index += 1) app.log.record(refusal);
    await app.log.flush();

    await expect(app.db.$count(app.db.tables.auditEvents)).resolves.toBe(5000);
    expect(String(app.errors[0])).toContain("10 events");
  });

  test("events older than AUDIT_DAYS are removed", async () => {
    await using app = await openLog(dialect);
    await app.db.transaction((tx) => app.log.recordIn(tx, login));
    app.clock.advance(29 * 86_400_000);
    await app.db.transaction((tx) => app.log.recordIn(tx, { ...login, actor: bob }));
    app.clock.advance(2 * 86_400_000);

    await expect(app.log.prune()).resolves.toBe(1);
    expect((await app.log.list({ limit: 10 })).map(({ actorName }) => actorName)).toEqual(["Bob"]);
  });
});
