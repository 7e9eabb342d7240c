import { expect, test } from "vitest";

import { describeDatabases } from "@app/services/databases";
import { DatabaseUnavailable } from "@countersign/db";

import { hashToken } from "../session/token.ts";
import { nowhere, openTestAuth, testPassword } from "../test/open-auth.ts";

describeDatabases((dialect) => {
  test("OUT-01, OUT-02: the session's row is gone and its token opens nothing; the others go on", async () => {
    await using app = await openTestAuth(dialect);
    const [ann, bob] = [await app.register("Ann"), await app.register("Bob")];
    const phone = await app.auth.accounts.login({ login: "Ann", password: testPassword }, nowhere);

    await app.auth.accounts.logout(hashToken(ann.token));

    expect(await app.validate(ann.token)).toBeNull();
    expect(await app.validate(bob.token)).not.toBeNull();
    expect(phone.status === "signed-in" && (await app.validate(phone.token))).toMatchObject({ user: { id: ann.id } });
    expect(app.hints).toEqual([
      { kind: "sessions-ended", sessionIds: [ann.principal.session.id], reason: "signed_out" },
    ]);
  });

  test("OUT-04: signing out again is quiet", async () => {
    await using app = await openTestAuth(dialect);
    const ann = await app.register("Ann");
    await app.auth.accounts.logout(hashToken(ann.token));
    app.hints.length = 0;

    await expect(app.auth.accounts.logout(hashToken(ann.token))).resolves.toBe("ended");
    expect(app.hints).toEqual([]);
  });

  test("OUT-14: a late call of the session does not bring it back", async () => {
    await using app = await openTestAuth(dialect);
    const [ann, bob] = [await app.register("Ann"), await app.register("Bob")];
    app.clock.advance(3_600_000);
    const [late, other] = [await app.validate(ann.token), await app.validate(bob.token)];
    await app.auth.accounts.logout(hashToken(ann.token));

    for (const principal of [late, other]) if (principal) app.auth.sessions.touch(principal);
    await expect.poll(async () => (await app.validate(bob.token))?.session.lastUsedAt.getTime()).toBe(app.clock.now());

    expect(await app.validate(ann.token)).toBeNull();
    expect(await app.db.$count(app.db.tables.sessions)).toBe(1);
  });

  test("OUT-11: a logout while the database is away is pending, and is made up for when it is back", async () => {
    await using app = await openTestAuth(dialect);
    const [ann, bob] = [await app.register("Ann"), await app.register("Bob")];
    app.beforeTransaction(() => Promise.reject(new DatabaseUnavailable("Away, for a test.")));

    expect(await app.auth.accounts.logout(hashToken(ann.token))).toBe("pending");
    expect(await app.validate(ann.token)).not.toBeNull();

    await expect.poll(() => app.validate(ann.token), { timeout: 5000 }).toBeNull();
    expect(await app.validate(bob.token)).not.toBeNull();
  });

  test("a logout that cannot be written says so, and the session goes on", async () => {
    await using app = await openTestAuth(dialect);
    const ann = await app.register("Ann");
    app.beforeTransaction(() => Promise.reject(new Error("away")));

    await expect(app.auth.accounts.logout(hashToken(ann.token))).rejects.toThrow("away");

    expect(await app.validate(ann.token)).not.toBeNull();
    expect(app.hints).toEqual([]);
  });
});
