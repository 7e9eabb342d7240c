import { expect, test } from "vitest";

import { describeDatabases } from "@app/services/databases";

import { nowhere, openTestAuth, testPassword } from "../test/open-auth.ts";
import { issueLink } from "../token/link.ts";

describeDatabases((dialect) => {
  const credentials = { login: "Ann", password: testPassword };

  test("PRM-11: switching an account off ends all its sessions, and nobody signs in to it; others go on", async () => {
    await using app = await openTestAuth(dialect);
    const [ann, bob] = [await app.register("Ann"), await app.register("Bob")];
    const phone = await app.auth.accounts.login(credentials, nowhere);
    if (phone.status !== "signed-in") throw new Error(phone.status);

    await expect(app.auth.accounts.setActive(ann.id, false)).resolves.toBe(true);

    expect(await Promise.all([ann, phone, bob].map(({ token }) => app.validate(token)))).toEqual([
      null,
      null,
      expect.anything(),
    ]);
    expect(await app.auth.sessions.list(ann.id)).toEqual([]);
    expect(await app.auth.accounts.login(credentials, nowhere)).toEqual({ status: "refused" });
    const [ended, changed] = app.hints;
    if (ended?.kind !== "sessions-ended") throw new Error("The end of the sessions was not told first.");
    expect(ended.reason).toBe("deactivated");
    expect(new Set(ended.sessionIds)).toEqual(new Set([ann.principal.session.id, phone.session.id]));
    expect(changed).toEqual({ kind: "user", userId: ann.id });
    expect(app.hints).toHaveLength(2);
  });

  test("PRM-11: mailed links end with it, the way back from a change of address included; those of others do not", async () => {
    await using app = await openTestAuth(dialect);
    const [ann, bob] = [await app.register("Ann"), await app.register("Bob")];
    const { accountTokens } = app.db.tables;
    for (const { id } of [ann, bob]) {
      for (const purpose of ["reset", "email_revert"] as const) {
        const link = { email: "x@example.com", now: new Date(app.clock.now()), lifetimeSeconds: 60 };
        await app.db.transaction((tx) => issueLink(tx, { userId: id, purpose, ...link }));
      }
    }

    await app.auth.accounts.setActive(ann.id, false);

    const left = await app.db.select().from(accountTokens);
    expect(left.map(({ userId }) => userId)).toEqual([bob.id, bob.id]);
  });

  test("switching it on again lets the user sign in, and gives back no session", async () => {
    await using app = await openTestAuth(dialect);
    const ann = await app.register("Ann");
    await app.auth.accounts.setActive(ann.id, false);

    await expect(app.auth.accounts.setActive(ann.id, true)).resolves.toBe(true);

    expect(await app.validate(ann.token)).toBeNull();
    expect(await app.auth.accounts.login(credentials, nowhere)).toMatchObject({ status: "signed-in" });
  });

  test("PRM-22: an account that does not exist is told, and nothing is published", async () => {
    await using app = await openTestAuth(dialect);

    await expect(app.auth.accounts.setActive("no-such", false)).resolves.toBe(false);
    expect(app.hints).toEqual([]);
  });

  test("PRM-11: of sign-ins racing the switch none is left with a session", async () => {
    await using app = await openTestAuth(dialect, { LOGIN_ATTEMPTS: 100 });
    const ann = await app.register("Ann");

    const logins = Array.from({ length: 8 }, () => app.auth.accounts.login(credentials, nowhere));
    await new Promise((resolve) => setTimeout(resolve, 25));
    await app.auth.accounts.setActive(ann.id, false);
    const results = await Promise.all(logins);

    expect(results.map(({ status }) => status)).toContain("refused");
    expect(await app.db.$count(app.db.tables.sessions)).toBe(0);
  });
});
