import { eq } from "drizzle-orm";
import { expect, test } from "vitest";

import { describeDatabases } from "@app/services/databases";
import type { Mail } from "@countersign/auth";

import { cookieOf } from "./test/cookie-of.ts";
import { startTestRouter } from "./test/start.ts";
import type { TestApp } from "./testing/test-app.ts";

const password = "another horse battery";
const required = { EMAIL_VERIFICATION: "required" } as const;
const newPassword = "a third horse battery";

describeDatabases((dialect) => {
  test("an account is made, confirmed by its mail, and signed in to; before that signing in says what is missing", async () => {
    await using place = await startTestRouter(dialect, { settings: required });
    const { app } = place;
    const ann = { username: "ann", email: "ann@example.com", password };

    const registered = await app.http("auth.register", { input: ann });

    expect(registered.status).toBe(200);
    expect(registered.headers.get("set-cookie")).toBeNull();
    expect(await data(registered)).toEqual({ user: null, next: "verify_email" });
    const early = await app.http("auth.login", { input: { login: "ann", password } });
    expect([early.status, await reason(early)]).toEqual([403, "EMAIL_UNVERIFIED"]);
    const mails = await app.takeMails();
    const token = tokenIn(mails.at(-1));
    expect(mails.at(-1)?.text).toContain(`${app.url}/verify-email#token=`);
    expect(await data(await app.http("auth.verifyEmail", { input: { token } }))).toEqual({});
    const again = await app.http("auth.verifyEmail", { input: { token } });
    expect([again.status, await reason(again)]).toEqual([400, "LINK_INVALID"]);

    const login = await app.http("auth.login", { input: { login: "ann", password } });
    expect(login.status).toBe(200);
    expect(login.headers.get("set-cookie")).toContain("HttpOnly");
  });

  test("registering tells what comes next, and who is signed in", async () => {
    await using place = await startTestRouter(dialect);
    const input = { username: "ann", email: "ann@example.com", password };

    const answer = await data(await place.app.http("auth.register", { input }));

    expect(answer).toMatchObject({ next: "signed_in", user: { username: "ann", emailVerified: false } });
    expect(JSON.stringify(answer)).not.toMatch(/hash|token|Key/);
  });

  test("RST-02, RAT-11: the answers to known, unknown, inactive and password-less addresses are the same to the byte", async () => {
    await using place = await startTestRouter(dialect, { settings: { MAILS_PER_ADDRESS: 100 } });
    const { app } = place;
    for (const username of ["known", "inactive", "passwordless"]) {
      const input = { username, email: `${username}@example.com`, password };
      await app.http("auth.register", { input });
    }
    const { users } = app.db.tables;
    const inactive = (await app.db.select().from(users)).find(({ username }) => username === "inactive");
    await app.auth.accounts.setActive(inactive?.id ?? "", false);
    await app.db.update(users).set({ passwordHash: null }).where(eq(users.username, "passwordless"));

    for (const path of ["auth.requestPasswordReset", "auth.resendVerification"]) {
      const answers = [];
      for (const name of ["known", "unknown", "inactive", "passwordless"]) {
        const answer = await app.http(path, { input: { email: `${name}@example.com` } });
        // Both are another each time, whoever asks: that they are there is compared, not what they say.
        const headers = { ...Object.fromEntries(answer.headers), date: "", "x-request-id": "" };
        answers.push(JSON.stringify([answer.status, headers, await answer.text()]));
      }
      expect(new Set(answers).size, path).toBe(1);
    }
  });

  test("RST-08, HDR-17: (§12: links made of the Host) whatever a request says of its host, links are on the configured URL", async () => {
    await using place = await startTestRouter(dialect);
    const { app } = place;
    await app.http("auth.register", { input: { username: "ann", email: "ann@example.com", password } });
    const hostile: Record<string, string>[] = [
      { "x-forwarded-host": "evil.example" },
      { "x-forwarded-proto": "https", "x-forwarded-host": "evil.example", forwarded: "host=evil.example;proto=https" },
      { "x-original-url": "https://evil.example/", referer: "https://evil.example/" },
    ];
    for (const headers of hostile) {
      await app.http("auth.requestPasswordReset", { input: { email: "ann@example.com" }, headers });
      const [mail] = await app.takeMails();
      expect(JSON.stringify(mail)).not.toContain("evil");
      expect(mail?.text).toContain(`${app.url}/password-reset/confirm#token=`);
    }
    const refused = await app.http("auth.requestPasswordReset", {
      input: { email: "ann@example.com" },
      headers: { origin: "https://evil.example" },
    });
    expect(refused.status).toBe(403);
    expect(await app.takeMails()).toEqual([]);
  });

  test("RST-17: where to go afterwards is nothing a request for a mail can say", async () => {
    await using place = await startTestRouter(dialect);
    const input = { email: "ann@example.com", redirectTo: "https://evil.example", next: "//evil.example" };

    const answer = await place.app.http("auth.requestPasswordReset", { input });

    expect([answer.status, await reason(answer)]).toEqual([400, "INVALID_FIELDS"]);
  });

  test("A3: a link is used by POST only: what looks at it by GET leaves it as it was", async () => {
    await using place = await startTestRouter(dialect);
    const { app } = place;
    const token = await requestToken(app);

    for (const path of ["auth.resetPassword", "auth.verifyEmail", "account.confirmEmailChange"]) {
      const answer = await app.http(path, { method: "GET", input: { token, password: newPassword } });
      expect([path, answer.status]).toEqual([path, 405]);
    }
    const socket = await app.open();
    const frame = await socket.mutate("auth.resetPassword", { token, password: newPassword });
    expect(frame).toMatchObject({ error: { data: { reason: "WRONG_TRANSPORT" } } });

    expect((await app.http("auth.resetPassword", { input: { token, password: newPassword } })).status).toBe(200);
  });

  test("EML-10: a stranger's link tells whose it is, and takes nothing from a browser that is signed in with the address", async () => {
    await using place = await startTestRouter(dialect, { settings: { EMAIL_VERIFICATION: "optional" } });
    const { app } = place;
    const registerAs = (username: string) =>
      app.http("auth.register", { input: { username, email: "anna@example.com", password } });
    const cookie = cookieOf(await registerAs("anna"));
    await app.takeMails();
    await registerAs("Anna2");
    const token = tokenIn((await app.takeMails())[0]);

    const asked = { input: { token, purpose: "verify" }, cookie };
    expect(await data(await app.http("auth.describeLink", asked))).toEqual({
      username: "Anna2",
      email: "anna@example.com",
      takenFrom: "anna",
      mustSignIn: false,
    });
    expect((await app.http("auth.describeLink", { ...asked, method: "GET" })).status).toBe(405);
    const used = await app.http("auth.verifyEmail", { input: { token }, cookie });

    expect([used.status, await reason(used)]).toEqual([400, "LINK_INVALID"]);
    expect(await data(await app.http("who", { method: "GET", cookie }))).toBe("anna");
    expect((await app.http("auth.login", { input: { login: "anna", password } })).status).toBe(200);
  });

  test("RST-10: a reset closes all sockets of the user with the reason, and nobody else's; nobody is signed in", async () => {
    await using place = await startTestRouter(dialect);
    const { app } = place;
    const bob = await app.signIn("bob");
    const ofBob = await bob.open();
    const registered = await app.http("auth.register", {
      input: { username: "ann", email: "ann@example.com", password },
    });
    const cookie = registered.headers.get("set-cookie")?.split(";", 1)[0] ?? "";
    const sockets = [await app.open(cookie), await app.open(cookie)];
    expect(await sockets[0]?.query("who")).toMatchObject({ result: { data: "ann" } });
    await app.http("auth.requestPasswordReset", { input: { email: "ann@example.com" } });
    const token = tokenIn((await app.takeMails())[0]);

    const answer = await app.http("auth.resetPassword", { input: { token, password: newPassword }, cookie });

    expect(answer.status).toBe(200);
    expect(answer.headers.get("session-change")).toBe("signed-out");
    expect(answer.headers.get("set-cookie")).toMatch(/Max-Age=0/i);
    for (const socket of sockets) expect(await socket.closed).toMatchObject({ code: 4401, reason: "password_changed" });
    expect(await ofBob.query("who")).toMatchObject({ result: { data: "bob" } });
    expect((await app.http("who", { method: "GET", cookie })).status).toBe(401);
  });

  test("RST-14: a password that will not do is told at its field, and the link stays good", async () => {
    await using place = await startTestRouter(dialect);
    const { app } = place;
    const token = await requestToken(app);

    const short = await app.http("auth.resetPassword", { input: { token, password: "short" } });

    expect(short.status).toBe(400);
    expect(await failure(short)).toMatchObject({
      reason: "INVALID_FIELDS",
      fields: { password: [expect.any(String)] },
    });
    expect((await app.http("auth.resetPassword", { input: { token, password: newPassword } })).status).toBe(200);
  });

  test("SES-23: a mailed token is no session, and a session's token is no link", async () => {
    await using place = await startTestRouter(dialect);
    const { app } = place;
    const token = await requestToken(app);
    const ann = await app.http("auth.login", { input: { login: "ann", password } });
    const cookie = ann.headers.get("set-cookie")?.split(";", 1)[0] ?? "";
    const [name, session] = cookie.split("=");
    expect((await app.http("who", { method: "GET", cookie })).status).toBe(200);

    expect((await app.http("who", { method: "GET", cookie: `${name}=${token}` })).status).toBe(401);
    const socket = await app.open(`${name}=${token}`);
    expect(await socket.query("who")).toMatchObject({ error: { data: { code: "UNAUTHORIZED" } } });
    for (const path of ["auth.verifyEmail", "account.confirmEmailChange", "account.revertEmailChange"]) {
      expect(await reason(await app.http(path, { input: { token: session } }))).toBe("LINK_INVALID");
      expect(await reason(await app.http(path, { input: { token } }))).toBe("LINK_INVALID");
    }
    const reset = await app.http("auth.resetPassword", { input: { token: session, password: newPassword } });
    expect(await reason(reset)).toBe("LINK_INVALID");
    expect((await app.http("auth.resetPassword", { input: { token, password: newPassword } })).status).toBe(200);
  });

  test("EML-02: another address is asked for only by who has just shown who they are", async () => {
    let now = Date.now();
    await using place = await startTestRouter(dialect, { clock: { now: () => now } });
    const { app } = place;
    const ann = await app.signIn("ann");
    const ask = (cookie?: string) =>
      app.http("account.requestEmailChange", { input: { email: "lee@example.com" }, cookie });

    expect((await ask()).status).toBe(401);
    now += 601_000;
    const stale = await ask(ann.cookie);
    expect([stale.status, await reason(stale)]).toEqual([403, "REAUTH"]);
    expect(await app.takeMails()).toEqual([]);
    const again = await ann.signInAgain();
    expect((await ask(again.cookie)).status).toBe(200);
    expect((await app.takeMails()).map(({ to }) => to)).toEqual(["lee@example.com"]);
  });

  test("EML-07: who confirms goes on under a new cookie; the sockets of the user's other sessions are closed", async () => {
    await using place = await startTestRouter(dialect);
    const { app } = place;
    const ann = await app.signIn("ann");
    const phone = await ann.signInAgain();
    const [bob, onPhone] = [await (await app.signIn("bob")).open(), await phone.open()];
    await app.http("account.requestEmailChange", { input: { email: "lee@example.com" }, cookie: ann.cookie });
    const token = tokenIn((await app.takeMails())[0]);

    const answer = await app.http("account.confirmEmailChange", { input: { token }, cookie: ann.cookie });

    expect(answer.status).toBe(200);
    expect(answer.headers.get("session-change")).toBe("rotated");
    const cookie = answer.headers.get("set-cookie")?.split(";", 1)[0] ?? "";
    expect((await app.http("who", { method: "GET", cookie })).status).toBe(200);
    expect((await app.http("who", { method: "GET", cookie: ann.cookie })).status).toBe(401);
    expect(await onPhone.closed).toMatchObject({ code: 4401 });
    expect(await bob.query("who")).toMatchObject({ result: { data: "bob" } });
  });

  test("RAT-14: mails are limited by address, with the time to wait", async () => {
    await using place = await startTestRouter(dialect, { settings: { MAILS_PER_ADDRESS: 2 } });
    const { app } = place;
    const ask = (path: string) => app.http(path, { input: { email: "ann@example.com" } });

    for (const path of ["auth.requestPasswordReset", "auth.resendVerification"]) {
      expect([(await ask(path)).status, (await ask(path)).status]).toEqual([200, 200]);
      const limited = await ask(path);
      expect([limited.status, await reason(limited)]).toEqual([429, "RATE_LIMITED"]);
      expect(Number(limited.headers.get("retry-after"))).toBeGreaterThan(3500);
    }
  });

  test("guesses at links are limited by the address they come from", async () => {
    await using place = await startTestRouter(dialect, { settings: { LOGIN_ATTEMPTS: 1 } });
    const guess = () => place.app.http("auth.verifyEmail", { input: { token: "x".repeat(43) } });

    const answers = [];
    for (let attempt = 0; attempt < 12; attempt += 1) answers.push((await guess()).status);

    expect(answers).toEqual([...Array.from({ length: 10 }, () => 400), 429, 429]);
  });

  test("no mailed token stands in the log, an answer or the audit log", async () => {
    await using place = await startTestRouter(dialect);
    const { app } = place;
    const token = await requestToken(app);
    const answers = [
      await app.http("auth.resetPassword", { input: { token, password: "short" } }),
      await app.http("auth.verifyEmail", { input: { token } }),
      await app.http("auth.resetPassword", { input: { token, password: newPassword } }),
    ];
    const texts = await Promise.all(answers.map((answer) => answer.text()));
    await app.auth.audit.flush();

    expect(texts.join("")).not.toContain(token);
    expect(JSON.stringify(app.logged)).not.toContain(token);
    expect(JSON.stringify(await app.auth.audit.list({ limit: 100 }))).not.toContain(token);
  });
});

/** Registers ann and has a link to a new password sent. */
async function requestToken(app: TestApp): Promise<string> {
  await app.http("auth.register", { input: { username: "ann", email: "ann@example.com", password } });
  await app.http("auth.requestPasswordReset", { input: { email: "ann@example.com" } });
  return tokenIn((await app.takeMails())[0]);
}

function tokenIn(mail: Mail | undefined): string {
  const token = /#token=([\w-]{43})$/m.exec(mail?.text ?? "")?.[1];
  if (token === undefined) throw new Error(`There is no link in this mail: ${JSON.stringify(mail)}`);
  return token;
}

async function data(answer: Response): Promise<unknown> {
  const { result } = (await answer.json()) as { result?: { data?: unknown } };
  return result?.data;
}

async function failure(answer: Response): Promise<{ reason?: string; fields?: unknown } | undefined> {
  const { error } = (await answer.json()) as { error?: { data?: { reason?: string } } };
  return error?.data;
}

async function reason(answer: Response): Promise<string | undefined> {
  return (await failure(answer))?.reason;
}
