import { eq } from "drizzle-orm";
import { expect, test } from "vitest";

import { describeDatabases } from "@app/services/databases";

import { hashToken } from "../session/token.ts";
import { openTestAuth, type SignedIn, type TestAuth, testPassword } from "../test/open-auth.ts";

describeDatabases((dialect) => {
  test("CRU-33: of a deletion the end of the sessions is told first, then that the user has changed; both after the commit", async () => {
    await using app = await openTestAuth(dialect);
    const [ann, bob] = [await app.register("Ann"), await app.register("Bob")];
    app.hints.length = 0;

    expect(await deleteAccount(app, ann)).toEqual({ status: "deleted" });

    const sessionIds = [ann.principal.session.id];
    expect(app.hints.filter(({ kind }) => kind !== "topic")).toEqual([
      { kind: "sessions-ended", sessionIds, reason: "deleted" },
      { kind: "user", userId: ann.id },
    ]);
    expect(await app.validate(ann.token)).toBeNull();
    expect(await app.validate(bob.token)).not.toBeNull();
    const [event] = await app.auth.audit.list({ limit: 1 });
    expect(event).toMatchObject({ action: "account.delete", outcome: "ok", actorId: ann.id, actorName: "Ann" });
  });

  test("a deletion that a sign-out overtakes deletes nothing and tells nothing", async () => {
    await using app = await openTestAuth(dialect);
    const ann = await app.register("Ann");
    app.beforeTransaction(async () => void (await app.auth.accounts.logout(hashToken(ann.token))));
    app.hints.length = 0;

    expect(await deleteAccount(app, ann)).toEqual({ status: "ended" });

    expect(app.hints.map(({ kind }) => kind)).not.toContain("user");
    expect(await app.db.$count(app.db.tables.users)).toBe(1);
  });

  test("an account without a password has none to confirm; with one, a wrong one deletes nothing", async () => {
    await using app = await openTestAuth(dialect);
    const [ann, bob] = [await app.register("Ann"), await app.register("Bob")];
    const { users } = app.db.tables;
    await app.db.update(users).set({ passwordHash: null }).where(eq(users.id, bob.id));

    expect(await deleteAccount(app, ann, "wrong, wrong")).toEqual({ status: "wrong-password" });
    expect(await deleteAccount(app, bob, testPassword)).toEqual({ status: "wrong-password" });
    expect(await deleteAccount(app, bob)).toEqual({ status: "deleted" });
    expect(await deleteAccount(app, ann, testPassword)).toEqual({ status: "deleted" });
  });
});

function deleteAccount(app: TestAuth, { principal, token }: SignedIn, password?: string) {
  const from = { ip: null, userAgent: null, principal, tokenHash: hashToken(token) ?? "" };
  return app.auth.accounts.deleteAccount({ password }, from);
}
