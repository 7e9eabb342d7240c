import { eq } from "drizzle-orm";
import { expect, test } from "vitest";

import { describeDatabases } from "@app/services/databases";

import { hashToken } from "../session/token.ts";
import { openTestAuth, testPassword } from "../test/open-auth.ts";

describeDatabases((dialect) => {
  test("a user who changes the password is told by mail, in their language, and nobody else is", async () => {
    await using app = await openTestAuth(dialect);
    const ann = await app.register("Ann", "ann@example.com");
    await app.register("Bob", "bob@example.com");
    const { users } = app.db.tables;
    await app.db.update(users).set({ locale: "ar" }).where(eq(users.id, ann.id));
    const from = { ip: null, userAgent: null, principal: ann.principal, tokenHash: hashToken(ann.token) ?? "" };
    const attempt = (current: string) =>
      app.auth.accounts.changePassword({ current, password: "another horse battery" }, from);

    expect(await attempt("not the password")).toEqual({ status: "wrong-password" });
    expect(await app.takeMails()).toEqual([]);
    expect(await attempt(testPassword)).toMatchObject({ status: "signed-in" });

    const mails = await app.takeMails();
    expect(mails.map(({ to }) => to)).toEqual(["ann@example.com"]);
    expect(mails[0]?.html).toContain('dir="rtl"');
    expect(mails[0]?.text).not.toContain("token=");
  });

  test("limits on mails that are asked for do not hold back one that tells of a change", async () => {
    await using app = await openTestAuth(dialect, { MAILS_PER_ADDRESS: 1, MAILS_PER_HOUR: 2 });
    const ann = await app.register("Ann", "ann@example.com");
    const nowhere = { ip: null, userAgent: null, presented: null };
    await app.auth.links.requestPasswordReset({ email: "ann@example.com" }, nowhere);
    expect(await app.takeMails()).toHaveLength(1);

    app.auth.mail.passwordChanged(ann.id);

    expect(await app.takeMails()).toHaveLength(1);
  });

  test("RAT-14: changing it over and over sends no more than one address may get, and one to an address nobody confirmed", async () => {
    for (const [isConfirmed, most] of [
      [true, 3],
      [false, 1],
    ] as const) {
      await using app = await openTestAuth(dialect, { MAILS_PER_ADDRESS: 3 });
      const ann = await app.register("Ann", "ann@example.com");
      const bob = await app.register("Bob", "bob@example.com");
      const { users } = app.db.tables;
      if (isConfirmed) await app.db.update(users).set({ emailVerifiedAt: new Date(app.clock.now()) });

      for (let index = 0; index < 25; index += 1) app.auth.mail.passwordChanged(ann.id);
      expect(await app.takeMails()).toHaveLength(most);
      app.auth.mail.passwordChanged(bob.id);
      expect(await app.takeMails()).toHaveLength(1);
      app.clock.advance(3_600_000);
      app.auth.mail.passwordChanged(ann.id);
      expect(await app.takeMails()).toHaveLength(1);
    }
  });

  test("RAT-14: they count among all mails, and find no room beyond those, which is told once", async () => {
    await using app = await openTestAuth(dialect, { MAILS_PER_HOUR: 2 });
    const users = [];
    for (const name of ["Ann", "Bob", "Cid", "Dan"]) users.push(await app.register(name, `${name}@example.com`));
    const table = app.db.tables.users;
    await app.db.update(table).set({ emailVerifiedAt: new Date(app.clock.now()) });

    for (const { id } of users) app.auth.mail.passwordChanged(id);

    expect(await app.takeMails()).toHaveLength(2);
    expect(app.warnings).toEqual([expect.stringContaining("MAILS_PER_HOUR")]);
    expect(app.errors).toEqual([]);
  });

  test("an address that is somebody else's gets nothing on account of a user who only typed it", async () => {
    await using app = await openTestAuth(dialect, { EMAIL_VERIFICATION: "optional" });
    const ann = await app.register("Ann", "ann@example.com");
    const eve = await app.register("Eve", "ann@example.com");
    const bob = await app.register("Bob");
    await app.takeMails();

    for (const { id } of [eve, bob]) app.auth.mail.passwordChanged(id);
    expect(await app.takeMails()).toEqual([]);
    app.auth.mail.passwordChanged(ann.id);
    expect(await app.takeMails()).toHaveLength(1);
  });
});
