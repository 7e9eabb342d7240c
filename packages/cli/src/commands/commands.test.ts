import { expect, test } from "vitest";

import { describeDatabases } from "@app/services/databases";
import { createAuth } from "@countersign/auth";
import { createMemoryBus } from "@countersign/bus";
import { defaultSettings } from "@countersign/contract";

import { openCommandLine } from "../test/open-command-line.ts";

const password = "a few random words\n";

type CommandLine = Awaited<ReturnType<typeof openCommandLine>>;

describeDatabases((dialect) => {
  test("REG-20: a fresh database has no account, and the first superuser is made by the command line", async () => {
    await using line = await openCommandLine(dialect);
    expect(await line.read("user list")).toEqual({ users: [], total: 0 });
    expect((await line.run("user list")).output).toBe("No accounts.\n");

    const made = await line.run("user create Root --superuser --email Root@Example.com --verified", password);

    expect(made).toMatchObject({ code: 0, errors: "" });
    expect(made.output).toMatch(/^Root is there \(superuser\), with the id [\da-f-]{36}\.\n$/);
    expect(await signIn(line, "root", "a few random words")).toMatchObject({
      status: "signed-in",
      principal: { user: { isSuperuser: true, isStaff: false, email: "root@example.com" } },
    });
    expect(await line.read("user list --superusers")).toMatchObject({ users: [{ username: "Root" }], total: 1 });
    expect(await audited(line)).toEqual([
      ["admin.user.create", "ok", "Root"],
      ["admin.user.set_superuser", "ok", "Root"],
    ]);
  });

  test("what is wrong with a new account is told field by field, and nothing is made", async () => {
    await using line = await openCommandLine(dialect);
    await line.run("user create Ann --email ann@example.com", password);

    const refused = await line.run("user create aNN --email ANN@example.com", "short");

    expect(refused).toMatchObject({ code: 1, output: "" });
    expect(refused.errors).toMatch(/password: Too short/);
    const taken = await line.run("user create aNN --email ANN@example.com", password);
    expect(taken.errors).toMatch(/^username: This username is taken\.\nemail: There is an account with this address/);
    expect(await line.read("user list")).toMatchObject({ total: 1 });
  });

  test("a user is promoted and demoted, by name, address or id, and others are as they were", async () => {
    await using line = await openCommandLine(dialect);
    const { id } = await line.read<{ id: string }>("user create Ann --email ann@example.com", password);
    await line.run("user create Bob --superuser", password);

    expect((await line.run("user promote ann")).output).toBe("Ann is a superuser now.\n");
    expect((await line.run("user promote ann@example.com")).output).toBe("Ann is a superuser already.\n");
    expect(await line.read(`user promote ${id} --staff`)).toEqual({ id, username: "Ann", isChanged: true });
    expect(await rankOf(line)).toEqual({ Ann: [true, true], Bob: [true, false] });

    expect((await line.run("user demote Ann")).output).toBe("Ann is neither superuser nor staff any more.\n");
    expect((await line.run("user demote Ann")).output).toBe("Ann is neither superuser nor staff.\n");
    expect(await rankOf(line)).toEqual({ Ann: [false, false], Bob: [true, false] });
  });

  test("the last active superuser stays, and the refusal names the cure and is in the audit log", async () => {
    await using line = await openCommandLine(dialect);
    await line.run("user create Root --superuser", password);

    for (const words of ["user demote root", "user deactivate root"]) {
      expect(await line.run(words), words).toEqual({
        code: 1,
        output: "",
        errors: "Root is the last active superuser. Promote another one first: countersign user promote <user>.\n",
      });
    }

    expect(await line.read("user list --superusers")).toMatchObject({ users: [{ isActive: true }] });
    expect((await audited(line)).filter(([, outcome]) => outcome === "refused")).toHaveLength(2);
  });

  test("an account is switched off, which ends its sessions and no others, and on again", async () => {
    await using line = await openCommandLine(dialect);
    await line.run("user create Ann", password);
    await line.run("user create Bob", password);
    for (const name of ["Ann", "Ann", "Bob"]) await signIn(line, name, "a few random words");

    expect((await line.run("user deactivate Ann")).output).toBe("Ann is switched off, and 2 sessions ended.\n");
    expect((await line.run("user deactivate Ann")).output).toBe("Ann is switched off already.\n");

    expect(await signIn(line, "Ann", "a few random words")).toEqual({ status: "refused" });
    expect(await holders(line)).toEqual(["Bob"]);
    expect(await line.read("user list --inactive")).toMatchObject({ users: [{ username: "Ann" }], total: 1 });
    expect((await line.run("user activate Ann")).output).toBe("Ann is switched on.\n");
    expect(await signIn(line, "Ann", "a few random words")).toMatchObject({ status: "signed-in" });
  });

  test("a new password replaces the old one and ends the sessions; one that is too weak changes nothing", async () => {
    await using line = await openCommandLine(dialect);
    await line.run("user create Ann", password);
    await line.run("user create Bob", password);
    for (const name of ["Ann", "Bob"]) await signIn(line, name, "a few random words");

    const weak = await line.run("user set-password Ann", "password123");
    expect(weak).toMatchObject({ code: 1, errors: expect.stringContaining("password: Too common") as string });
    expect(await holders(line)).toEqual(["Ann", "Bob"]);

    const set = await line.run("user set-password Ann", "some other words\r\n");
    expect(set.output).toBe("Ann has a new password, and 1 session ended.\n");
    expect(await holders(line)).toEqual(["Bob"]);
    expect(await signIn(line, "Ann", "a few random words")).toEqual({ status: "refused" });
    expect(await signIn(line, "Ann", "some other words")).toMatchObject({ status: "signed-in" });
    expect(JSON.stringify(await line.db.select().from(line.db.tables.auditEvents))).not.toContain("words");
  });

  test("sessions are listed with whose they are and from where, and end one by one, by user, or all", async () => {
    await using line = await openCommandLine(dialect);
    for (const name of ["Ann", "Bob", "Cid"]) await line.run(`user create ${name}`, password);
    for (const name of ["Ann", "Ann", "Bob", "Cid"]) await signIn(line, name, "a few random words");

    const ofAnn = await line.read<{ sessions: { id: string }[] }>("sessions list --user ann");
    expect(ofAnn).toMatchObject({ sessions: [{ username: "Ann" }, { username: "Ann" }], total: 2 });
    const shown = await line.run("sessions list --limit 1");
    expect(shown.output).toMatch(
      /192\.0\.2\.7 +Firefox \u{fffd}\[2J on Linux\u{fffd}\n\n1 of 4 sessions: use --limit or --user/u,
    );
    // Neither a terminal's escape code nor anything that opens a session gets out, as text or as JSON.
    const json = await line.run("sessions list --json");
    expect(shown.output + json.output).not.toMatch(/\x1b|\u202e/);
    const hashes = (await line.db.select().from(line.db.tables.sessions)).map(({ tokenHash }) => tokenHash);
    for (const hash of hashes) expect(shown.output + json.output).not.toContain(hash);

    const one = ofAnn.sessions[0]?.id ?? "";
    expect((await line.run(`sessions revoke ${one}`)).output).toBe("1 session ended.\n");
    expect(await holders(line)).toEqual(["Ann", "Bob", "Cid"]);
    const again = await line.run(`sessions revoke ${one} ${ofAnn.sessions[1]?.id}`);
    expect(again).toMatchObject({ code: 3, output: "" });
    expect(again.errors).toContain(`There is no session "${one}"; 1 other ended.`);
    expect(await holders(line)).toEqual(["Bob", "Cid"]);

    expect((await line.run("sessions revoke --user bob")).output).toBe("1 session ended.\n");
    expect(await holders(line)).toEqual(["Cid"]);
    expect((await line.run("sessions revoke --all")).code).toBe(2);
    expect((await line.run("sessions revoke --all", { typed: ["no\r"] })).code).toBe(1);
    expect(await holders(line)).toEqual(["Cid"]);
    expect((await line.run("sessions revoke --all", { typed: ["yes\r"] })).output).toBe("1 session ended.\n");
    expect((await line.run("sessions revoke --all --yes")).output).toBe("0 sessions ended.\n");
    expect(await holders(line)).toEqual([]);
  });

  test("what is left of sessions that are over is removed, and running ones stay", async () => {
    await using line = await openCommandLine(dialect);
    for (const name of ["Ann", "Bob"]) await line.run(`user create ${name}`, password);
    const { sessions } = line.db.tables;
    await signIn(line, "Ann", "a few random words");
    await line.db.update(sessions).set({ expiresAt: new Date(0) });
    await signIn(line, "Bob", "a few random words");

    expect(await holders(line)).toEqual(["Bob"]);
    expect(await line.read("sessions prune")).toEqual({ removed: 1 });
    expect(await line.read("sessions prune")).toEqual({ removed: 0 });
    expect(await line.db.$count(sessions)).toBe(1);
  });

  test("an account nobody has is told before a password is asked for", async () => {
    await using line = await openCommandLine(dialect);
    for (const words of ["user promote eve", "user set-password eve", "sessions list --user eve"]) {
      expect(await line.run(words, { typed: [] }), words).toEqual({
        code: 3,
        output: "",
        errors: `There is no account "eve". Look for it: countersign user list --search <part>.\n`,
      });
    }
  });

  test("the settings of the server's environment hold: what an address and a password must be, and what is confirmed", async () => {
    await using line = await openCommandLine(dialect, {
      EMAIL_REQUIRED: "true",
      EMAIL_VERIFICATION: "required",
      PASSWORD_MIN_LENGTH: "17",
      SIGN_UP: "false",
    });
    expect((await line.run("user create Ann", password)).errors).toContain("email: An account needs an email address");
    const ann = "user create Ann --email ann@example.com";
    expect((await line.run(ann, "x".repeat(16))).errors).toBe("password: Too short: at least 17 characters.\n");

    expect((await line.run(ann, password)).output).toContain("must be confirmed before the first sign-in");
    const bob = await line.run("user create Bob --email bob@example.com --verified", password);
    expect(bob).toMatchObject({ code: 0 });
    expect(bob.output).not.toContain("confirmed");
  });
});

/** A server's own way in, on the same database. */
function signIn({ db }: CommandLine, login: string, secret: string) {
  const auth = createAuth({ db, bus: createMemoryBus(), settings: defaultSettings, permissions: [] });
  const from = { ip: "192.0.2.7", userAgent: "Firefox \u001b[2J on Linux\u202e", presented: null };
  return auth.accounts.login({ login, password: secret }, from);
}

/** Whose sessions run, by the command line. */
async function holders(line: CommandLine): Promise<string[]> {
  const { sessions } = await line.read<{ sessions: { username: string }[] }>("sessions list");
  return [...new Set(sessions.map(({ username }) => username))].toSorted();
}

async function rankOf(line: CommandLine): Promise<Record<string, [boolean, boolean]>> {
  const { users } = await line.read<{ users: { username: string; isSuperuser: boolean; isStaff: boolean }[] }>(
    "user list",
  );
  return Object.fromEntries(users.map(({ username, isSuperuser, isStaff }) => [username, [isSuperuser, isStaff]]));
}

/** What the command line has left in the audit log, the oldest first. */
async function audited({ db }: CommandLine): Promise<[string, string, string | null][]> {
  const events = await db.select().from(db.tables.auditEvents).orderBy(db.tables.auditEvents.id);
  return events
    .filter(({ actorName }) => actorName === "cli")
    .map(({ action, outcome, subjectName }) => [action, outcome, subjectName]);
}
