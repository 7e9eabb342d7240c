import { eq } from "drizzle-orm";
import { expect, test } from "vitest";

import { describeDatabases } from "@app/services/databases";

import type { Mail } from "../mail/mailer.ts";
import { hashToken } from "../session/token.ts";
import { tokenIn } from "../test/mailer.ts";
import { nowhere, openTestAuth, type SignedIn, type TestAuth, testPassword, testUrl } from "../test/open-auth.ts";

const from = { ip: "192.0.2.1", userAgent: "Firefox", presented: null };
const accepted = { status: "accepted" };
const linkInvalid = { status: "link-invalid" };
const optional = { EMAIL_VERIFICATION: "optional" } as const;

describeDatabases((dialect) => {
  test("EML-02: the address stays as it is until the new one confirms; then it is the new one, confirmed", async () => {
    await using app = await openTestAuth(dialect, { LOGIN_FIELDS: "username,email" });
    const ann = await app.register("Ann", "ann@example.com");
    const bob = await app.register("Bob", "bob@example.com");

    expect(await request(app, ann, " LEE@Example.com")).toEqual(accepted);

    const mails = await app.takeMails();
    expect(mails.map(({ to, subject }) => `${to}: ${subject}`).toSorted()).toEqual([
      "ann@example.com: Another address was asked for at Countersign",
      "lee@example.com: Confirm your new address for Countersign",
    ]);
    expect(mailTo(mails, "lee@example.com")?.text).toContain(`${testUrl}/account/email/confirm#token=`);
    expect(await app.auth.accounts.profile(ann.id)).toMatchObject({
      email: "ann@example.com",
      pendingEmail: "lee@example.com",
    });
    expect((await login(app, "ann@example.com")).status).toBe("signed-in");
    expect((await login(app, "lee@example.com")).status).toBe("refused");

    expect(await confirm(app, tokenIn(mailTo(mails, "lee@example.com")))).toMatchObject({
      status: "changed",
      userId: ann.id,
    });

    expect(await app.auth.accounts.profile(ann.id)).toMatchObject({
      email: "lee@example.com",
      emailVerified: true,
      pendingEmail: null,
    });
    expect((await login(app, "lee@example.com")).status).toBe("signed-in");
    expect((await login(app, "ann@example.com")).status).toBe("refused");
    expect(await app.validate(bob.token)).toEqual(bob.principal);
    expect(await app.auth.accounts.profile(bob.id)).toMatchObject({ email: "bob@example.com", pendingEmail: null });
  });

  test("EML-07: with the change all links of the user end, the session that confirms gets a new token, all others end", async () => {
    await using app = await openTestAuth(dialect);
    const ann = await app.register("Ann", "ann@example.com");
    const bob = await app.register("Bob", "bob@example.com");
    const phone = await app.auth.accounts.login({ login: "Ann", password: testPassword }, nowhere);
    if (phone.status !== "signed-in") throw new Error(phone.status);
    await app.auth.links.requestPasswordReset({ email: "ann@example.com" }, from);
    const resetToken = tokenIn((await app.takeMails())[0]);
    await request(app, ann, "lee@example.com");
    const token = tokenIn(mailTo(await app.takeMails(), "lee@example.com"));
    const presented = { ...from, presented: ann.principal, presentedTokenHash: hashToken(ann.token) };

    const result = await app.auth.links.confirmEmailChange({ token }, presented);

    if (result.status !== "changed" || result.renewed === null) throw new Error(JSON.stringify(result));
    expect(await app.validate(ann.token)).toBeNull();
    expect(await app.validate(phone.token)).toBeNull();
    expect(await app.validate(result.renewed.token)).toMatchObject({ user: { id: ann.id, email: "lee@example.com" } });
    expect(await app.validate(bob.token)).not.toBeNull();
    expect(await app.auth.links.resetPassword({ token: resetToken, password: "another horse" }, from)).toEqual(
      linkInvalid,
    );
    expect(await confirm(app, token)).toEqual(linkInvalid);
  });

  test("EML-04: the link may be opened where somebody else is signed in: nothing changes for them", async () => {
    await using app = await openTestAuth(dialect);
    const [ann, bob] = [await app.register("Ann", "ann@example.com"), await app.register("Bob", "bob@example.com")];
    await request(app, ann, "lee@example.com");
    const token = tokenIn(mailTo(await app.takeMails(), "lee@example.com"));

    const result = await app.auth.links.confirmEmailChange({ token }, { ...from, presented: bob.principal });

    expect(result).toEqual({ status: "changed", userId: ann.id, renewed: null });
    expect(await app.validate(ann.token)).toBeNull();
    expect(await app.validate(bob.token)).toEqual(bob.principal);
  });

  test("EML-05: an address that belongs to somebody gets the same answer as a free one, and that person is told", async () => {
    for (const settings of [{}, optional]) {
      await using app = await openTestAuth(dialect, settings);
      const [ann, bob] = [await app.register("Ann", "ann@example.com"), await app.register("Bob", "bob@example.com")];
      const verification = (await app.takeMails()).find((mail) => mail.to === "bob@example.com");
      if (verification) await app.auth.links.verifyEmail({ token: tokenIn(verification) }, from);
      const before = await app.validate(bob.token);

      expect(await request(app, ann, "bob@example.com")).toEqual(accepted);

      const mails = await app.takeMails();
      expect(mailTo(mails, "bob@example.com")?.subject).toBe("You have an account at Countersign already");
      expect(mailTo(mails, "bob@example.com")?.text).not.toContain("token=");
      // To her it looks like any other.
      expect(await app.auth.accounts.profile(ann.id)).toMatchObject({
        email: "ann@example.com",
        pendingEmail: "bob@example.com",
      });
      expect(await app.validate(bob.token)).toEqual(before);
    }
  });

  test("EML-05: an address that somebody else got in the meantime stays theirs", async () => {
    await using app = await openTestAuth(dialect);
    const ann = await app.register("Ann", "ann@example.com");
    await request(app, ann, "lee@example.com");
    const token = tokenIn(mailTo(await app.takeMails(), "lee@example.com"));
    const lee = await app.register("Lee", "lee@example.com");

    expect(await confirm(app, token)).toEqual(linkInvalid);

    expect(await app.auth.accounts.profile(ann.id)).toMatchObject({ email: "ann@example.com" });
    expect(await app.validate(lee.token)).toMatchObject({ user: { email: "lee@example.com" } });
    expect(await app.validate(ann.token)).not.toBeNull();
  });

  test("EML-05: of two users who confirm one address at once, one gets it", async () => {
    await using app = await openTestAuth(dialect, optional);
    const users = [await app.register("Ann"), await app.register("Bob")];
    const tokens = [];
    for (const user of users) {
      await request(app, user, "lee@example.com");
      tokens.push(tokenIn(mailTo(await app.takeMails(), "lee@example.com")));
    }

    const results = await Promise.all(tokens.map((token) => confirm(app, token)));

    expect(results.map(({ status }) => status).toSorted()).toEqual(["changed", "link-invalid"]);
  });

  test("EML-08: the old address can take it back: it is restored, all sessions and the password end, a new one comes by mail", async () => {
    await using app = await openTestAuth(dialect);
    const ann = await registerConfirmed(app, "Ann", "ann@example.com");
    const bob = await app.register("Bob", "bob@example.com");
    await request(app, ann, "eve@example.com");
    const asked = await app.takeMails();
    await confirm(app, tokenIn(mailTo(asked, "eve@example.com")));
    const [told] = await app.takeMails();
    expect(told).toMatchObject({ to: "ann@example.com", subject: "Your address for Countersign was changed" });
    expect(told?.text).toContain(`${testUrl}/account/email/revert#token=`);
    const eve = await app.auth.accounts.login({ login: "Ann", password: testPassword }, nowhere);
    if (eve.status !== "signed-in") throw new Error(eve.status);

    expect(await revert(app, tokenIn(told))).toEqual({ status: "reverted", userId: ann.id });

    expect(await app.validate(eve.token)).toBeNull();
    expect(await login(app, "Ann")).toEqual({ status: "refused" });
    expect(await app.validate(bob.token)).not.toBeNull();
    const mails = await app.takeMails();
    const mail = mailTo(mails, "ann@example.com");
    expect(mail?.subject).toBe("Your account at Countersign has this address again");
    const removed = mailTo(mails, "eve@example.com");
    expect(removed?.subject).toBe("This address was taken off an account at Countersign");
    expect(removed?.text).not.toContain("token=");
    const reset = { token: tokenIn(mail), password: "another horse" };
    expect(await app.auth.links.resetPassword(reset, from)).toEqual({ status: "reset", userId: ann.id });
    const again = await app.auth.accounts.login({ login: "Ann", password: "another horse" }, nowhere);
    expect(again).toMatchObject({ status: "signed-in", principal: { user: { email: "ann@example.com" } } });
    expect(await revert(app, tokenIn(told))).toEqual(linkInvalid);
  });

  test("EML-08: taken back before it was confirmed, the change does not happen", async () => {
    await using app = await openTestAuth(dialect);
    const ann = await registerConfirmed(app, "Ann", "ann@example.com");
    await request(app, ann, "eve@example.com");
    const mails = await app.takeMails();

    expect(await revert(app, tokenIn(mailTo(mails, "ann@example.com")))).toMatchObject({ status: "reverted" });

    expect(await confirm(app, tokenIn(mailTo(mails, "eve@example.com")))).toEqual(linkInvalid);
    expect(await app.validate(ann.token)).toBeNull();
  });

  test("EML-08: neither a second change nor a new password takes the way back from the first address", async () => {
    await using app = await openTestAuth(dialect);
    const ann = await registerConfirmed(app, "Ann", "ann@example.com");
    await change(app, ann, "eve@example.com");
    const wayBack = tokenIn(mailTo(await app.takeMails(), "ann@example.com"));
    const eve = await app.auth.accounts.login({ login: "Ann", password: testPassword }, nowhere);
    if (eve.status !== "signed-in") throw new Error(eve.status);
    const session = { principal: eve.principal, tokenHash: hashToken(eve.token) ?? "", ip: null, userAgent: null };
    const input = { current: testPassword, password: "a horse of Eve" };
    const changed = await app.auth.accounts.changePassword(input, session);
    if (changed.status !== "signed-in") throw new Error(changed.status);
    await change(app, { id: ann.id, token: changed.token, principal: changed.principal }, "eve2@example.com");
    const toEve = (await app.takeMails()).filter((mail) => mail.to === "eve@example.com");
    expect(JSON.stringify(toEve)).not.toContain("token=");

    expect(await revert(app, wayBack)).toEqual({ status: "reverted", userId: ann.id });

    expect(await app.auth.accounts.profile(ann.id)).toMatchObject({ email: "ann@example.com" });
  });

  test("EML-08: an account put in the way of the old address does not keep it from coming back", async () => {
    await using app = await openTestAuth(dialect);
    const ann = await registerConfirmed(app, "Ann", "ann@example.com");
    await change(app, ann, "eve@example.com");
    const wayBack = tokenIn(mailTo(await app.takeMails(), "ann@example.com"));
    const inTheWay = await app.register("Eve", "ann@example.com");

    expect(await revert(app, wayBack)).toMatchObject({ status: "reverted" });

    expect(await app.auth.accounts.profile(ann.id)).toMatchObject({ email: "ann@example.com" });
    expect(await app.auth.accounts.profile(inTheWay.id)).toMatchObject({ email: null });
  });

  test("EML-08: an address that was only typed has no way back: a mistyped one does not hand the account to a stranger", async () => {
    for (const settings of [{}, optional]) {
      await using app = await openTestAuth(dialect, settings);
      // She meant ann@example.com.
      const ann = await app.register("Ann", "amn@example.com");
      await app.takeMails();

      expect(await request(app, ann, "ann@example.com")).toEqual(accepted);
      const asked = await app.takeMails();
      const token = tokenIn(mailTo(asked, "ann@example.com"));
      expect(await confirm(app, token)).toMatchObject({ status: "changed" });
      const changed = await app.takeMails();

      const toStranger = [...asked, ...changed].filter(({ to }) => to === "amn@example.com");
      // One within the hour, and nothing in it opens anything.
      expect(toStranger.map(({ subject }) => subject)).toEqual(["Another address was asked for at Countersign"]);
      expect(JSON.stringify(toStranger)).not.toMatch(/token=|earlier address/);
      const { accountTokens } = app.db.tables;
      expect(await app.db.select().from(accountTokens)).toEqual([]);
      expect(await login(app, "Ann")).toMatchObject({ status: "signed-in" });
    }
  });

  test("EML-10: somebody else's change to an address does not make the account void that its owner has under it", async () => {
    await using app = await openTestAuth(dialect, optional);
    const lee = await app.register("Lee", "lee@example.com");
    const eve = await registerConfirmed(app, "Eve", "eve@example.com");
    await request(app, eve, "lee@example.com");
    const mail = mailTo(await app.takeMails(), "lee@example.com");
    // He can tell that it is not about his account.
    expect(mail?.text).toContain("The account is called Eve.");

    expect(await confirm(app, tokenIn(mail))).toMatchObject({ status: "changed", userId: eve.id });

    expect(await app.validate(lee.token)).toMatchObject({ user: { id: lee.id } });
    expect(await login(app, "Lee")).toMatchObject({ status: "signed-in", principal: { user: { id: lee.id } } });
    const events = await app.auth.audit.list({ limit: 20 });
    expect(events).toContainEqual(
      expect.objectContaining({
        action: "account.email_change",
        reason: "released",
        actorId: eve.id,
        subjectId: lee.id,
      }),
    );
  });

  test("EML-10: a change to one's address is refused in the browser that is signed in under it", async () => {
    await using app = await openTestAuth(dialect, optional);
    const lee = await app.register("Lee", "lee@example.com");
    const eve = await registerConfirmed(app, "Eve", "eve@example.com");
    await request(app, eve, "lee@example.com");
    const token = tokenIn(mailTo(await app.takeMails(), "lee@example.com"));

    const presented = { ...from, presented: lee.principal, presentedTokenHash: hashToken(lee.token) };
    expect(await app.auth.links.confirmEmailChange({ token }, presented)).toEqual(linkInvalid);

    expect(await app.auth.accounts.profile(lee.id)).toMatchObject({ email: "lee@example.com" });
    expect(await app.auth.accounts.profile(eve.id)).toMatchObject({ email: "eve@example.com" });
    expect(await app.validate(lee.token)).not.toBeNull();
  });

  test("EML-10: who loses an address that way still has to confirm one where that is required", async () => {
    await using app = await openTestAuth(dialect, { EMAIL_VERIFICATION: "required" });
    for (const name of ["Eve", "Squat"]) {
      await app.auth.accounts.register(
        { username: name, email: `${name}@example.com`, password: testPassword },
        nowhere,
      );
    }
    const link = tokenIn(mailTo(await app.takeMails(), "eve@example.com"));
    await app.auth.links.verifyEmail({ token: link }, from);
    const eve = await login(app, "Eve");
    if (eve.status !== "signed-in") throw new Error(eve.status);
    await request(app, { id: eve.principal.user.id, principal: eve.principal }, "squat@example.com");

    await confirm(app, tokenIn(mailTo(await app.takeMails(), "squat@example.com")));

    expect(await login(app, "Squat")).toEqual({ status: "unverified" });
  });

  test("EML-05: to ask for the address one has typed tells the same, whether it is one's own or somebody else's", async () => {
    await using app = await openTestAuth(dialect, optional);
    const owner = await app.register("Ann", "ann@example.com");
    const waiting = await app.register("Eve", "ann@example.com");

    const answers = [await request(app, owner, "ann@example.com"), await request(app, waiting, "ann@example.com")];

    expect(answers[0]).toMatchObject({ status: "invalid" });
    expect(answers[1]).toEqual(answers[0]);
  });

  test("RAT-14: changes that others ask for to an address do not keep a mail with a new password from its owner", async () => {
    await using app = await openTestAuth(dialect, {
      EMAIL_VERIFICATION: "optional",
      MAILS_PER_ADDRESS: 2,
      MAILS_PER_HOUR: 10,
    });
    const ann = await registerConfirmed(app, "Ann", "ann@example.com");
    for (const name of ["Eve", "Fay", "Guy", "Hal"]) {
      const other = await app.register(name);
      for (const _ of [1, 2]) await request(app, other, "ann@example.com");
      for (const _ of [1, 2]) await request(app, other, `${name}@example.com`);
      await app.auth.links.resendVerification({ email: "ann@example.com" }, from);
    }
    await app.takeMails();

    await app.auth.links.requestPasswordReset({ email: "ann@example.com" }, from);

    const [mail] = await app.takeMails();
    expect(mail).toMatchObject({ to: "ann@example.com", subject: "A new password for Countersign" });
    const reset = await app.auth.links.resetPassword({ token: tokenIn(mail), password: "another horse" }, from);
    expect(reset).toEqual({ status: "reset", userId: ann.id });
  });

  test("the way back is open for as long as it is set", async () => {
    await using app = await openTestAuth(dialect, { EMAIL_REVERT_SECONDS: 604_800 });
    const week = 7 * 86_400_000;
    for (const [name, days, status] of [
      ["Ann", week - 1, "reverted"],
      ["Bob", week, "link-invalid"],
    ] as const) {
      const user = await registerConfirmed(app, name, `${name}@example.com`);
      await change(app, user, `${name}.new@example.com`);
      const wayBack = tokenIn(mailTo(await app.takeMails(), `${name.toLowerCase()}@example.com`));
      app.clock.advance(days);
      expect((await revert(app, wayBack)).status).toBe(status);
    }
  });

  test("a newer request replaces the one before; the address one has is no change", async () => {
    await using app = await openTestAuth(dialect);
    const ann = await registerConfirmed(app, "Ann", "ann@example.com");
    await request(app, ann, "lee@example.com");
    const first = tokenIn(mailTo(await app.takeMails(), "lee@example.com"));
    await request(app, ann, "lea@example.com");
    const second = tokenIn(mailTo(await app.takeMails(), "lea@example.com"));

    expect(await confirm(app, first)).toEqual(linkInvalid);
    expect(await confirm(app, second)).toMatchObject({ status: "changed" });
    expect(await request(app, ann, "LEA@example.com")).toEqual({
      status: "invalid",
      fields: { email: ["This is the address you have."] },
    });
    expect(await request(app, ann, "nowhere")).toMatchObject({ status: "invalid" });
  });

  test("RAT-14: one user has so many mails sent an hour, and one address gets so many, from whomever", async () => {
    await using app = await openTestAuth(dialect, { MAILS_PER_ADDRESS: 2 });
    const [ann, bob] = [await app.register("Ann"), await app.register("Bob")];
    expect(await request(app, ann, "eve@example.com")).toEqual(accepted);
    expect(await request(app, ann, "eve@example.com")).toEqual(accepted);
    expect(await request(app, ann, "lee@example.com")).toMatchObject({ status: "limited" });
    expect(await app.takeMails()).toHaveLength(2);

    expect(await request(app, bob, "eve@example.com")).toEqual(accepted);
    expect(await app.takeMails()).toEqual([]);
  });

  test("who asked for what is in the audit log, without addresses or links", async () => {
    await using app = await openTestAuth(dialect);
    const ann = await registerConfirmed(app, "Ann", "ann@example.com");
    await change(app, ann, "lee@example.com");
    await revert(app, tokenIn(mailTo(await app.takeMails(), "ann@example.com")));
    await confirm(app, "nonsense");
    await app.auth.audit.flush();

    const events = (await app.auth.audit.list({ limit: 20 })).filter(({ action }) => action.includes("email_change"));
    expect(events.map(({ action, outcome, actorId }) => [action, outcome, actorId])).toEqual(
      expect.arrayContaining([
        ["account.email_change.request", "ok", ann.id],
        ["account.email_change", "ok", ann.id],
        ["account.email_change.revert", "ok", ann.id],
        ["account.email_change", "refused", null],
      ]),
    );
    expect(JSON.stringify(events)).not.toContain("@example.com");
  });
});

/** An account whose address is known to be its owner's. */
async function registerConfirmed(app: TestAuth, name: string, email: string): Promise<SignedIn> {
  const user = await app.register(name, email);
  const { users } = app.db.tables;
  await app.db
    .update(users)
    .set({ emailVerifiedAt: new Date(app.clock.now()) })
    .where(eq(users.id, user.id));
  await app.takeMails();
  return user;
}

type Caller = Pick<SignedIn, "id" | "principal">;

function request(app: TestAuth, { principal }: Caller, email: string) {
  const caller = { ip: "192.0.2.1", userAgent: "Firefox", principal };
  return app.auth.links.requestEmailChange({ email }, caller, (body) => app.db.transaction(body));
}

/** Asks and confirms; the mail to the old address that tells of it is still on its way. */
async function change(app: TestAuth, user: Caller & { readonly token?: string }, email: string): Promise<void> {
  await request(app, user, email);
  const token = tokenIn(mailTo(await app.takeMails(), email.toLowerCase()));
  const result = await confirm(app, token);
  if (result.status !== "changed") throw new Error(result.status);
}

function confirm(app: TestAuth, token: string) {
  return app.auth.links.confirmEmailChange({ token }, from);
}

function revert(app: TestAuth, token: string) {
  return app.auth.links.revertEmailChange({ token }, from);
}

function login(app: TestAuth, name: string) {
  return app.auth.accounts.login({ login: name, password: testPassword }, nowhere);
}

function mailTo(mails: readonly Mail[], address: string): Mail | undefined {
  return mails.find((mail) => mail.to === address);
}
