import { eq } from "drizzle-orm";
import { expect, test } from "vitest";

import { describeDatabases } from "@app/services/databases";
import { newId } from "@countersign/auth";

import { openCommandLine } from "../test/open-command-line.ts";

const password = "a few random words\n";
const issuer = "https://id.example.com/realms/staff";
const environment = { OIDC_PROVIDERS: "works", WORKS_ISSUER: issuer, WORKS_CLIENT_ID: "app", WORKS_LABEL: "The Works" };

type CommandLine = Awaited<ReturnType<typeof openCommandLine>>;

describeDatabases((dialect) => {
  test("a user's identities are listed, one is taken away, and others' are as they were", async () => {
    await using line = await openCommandLine(dialect, environment);
    const [ann, bob] = [await make(line, "Ann"), await make(line, "Bob")];
    const ofWorks = "ann@works.example";
    const ofAnn = await connect(line, ann, { subject: "a-1", email: ofWorks, verifiedEmail: ofWorks });
    const gone = await connect(line, ann, { subject: "x\u001b[2J", provider: "gone", email: "ann@gone.example" });
    await connect(line, bob, { subject: "b-1" });
    await beginSession(line, ann, ofAnn);

    const shown = await line.run("user identities ann");
    expect(shown).toMatchObject({ code: 0, errors: "" });
    const lines = shown.output.trimEnd().split("\n");
    expect(lines[0]).toMatch(/^ID +PROVIDER +ISSUER +SUBJECT +EMAIL +CONNECTED +LAST USED +GROUPS GIVEN$/);
    expect(lines[1]).toMatch(
      new RegExp(`^${ofAnn}  works +${issuer}  a-1 +ann@works\\.example +1970-01-01 00:00Z  never$`),
    );
    expect(lines[2]).toContain("gone (not set up)");
    expect(lines[2]).toContain("ann@gone.example (not verified)");
    expect(lines).toHaveLength(3);
    expect(shown.output).not.toContain("\u001b");
    expect(await line.read("user identities bob")).toMatchObject({
      id: bob,
      username: "Bob",
      identities: [{ provider: "works", label: "The Works", issuer, subject: "b-1", isWayIn: true, isLast: false }],
    });

    expect((await line.run(`user identities bob --remove ${ofAnn}`)).code).toBe(3);
    expect((await line.run(`user identities Ann --remove ${ofAnn}`)).output).toBe(
      "Ann signs in with it no more, and 1 session ended.\n",
    );
    expect(await line.run(`user identities Ann --remove ${ofAnn}`)).toEqual({
      code: 3,
      output: "",
      errors: `Ann has no identity "${ofAnn}". See countersign user identities Ann.\n`,
    });
    expect(await line.read(`user identities ann --remove ${gone}`)).toEqual({
      id: ann,
      username: "Ann",
      identity: gone,
      endedSessions: 0,
      isLast: false,
    });
    expect((await line.run("user identities ann")).output).toBe("Ann signs in with no provider.\n");
    expect(await line.read("user identities bob")).toMatchObject({ identities: [{ subject: "b-1" }] });
    expect(await line.db.$count(line.db.tables.sessions)).toBe(0);
    expect(await audited(line)).toEqual([
      ["ok", "Ann"],
      ["ok", "Ann"],
    ]);
  });

  test("the last way in goes with a word on what to do then, and the last superuser's stays", async () => {
    await using line = await openCommandLine(dialect, environment);
    const [ann, root] = [await make(line, "Ann"), await make(line, "Root", "--superuser")];
    const { users } = line.db.tables;
    await line.db.update(users).set({ passwordHash: null });
    const [ofAnn, ofRoot] = [await connect(line, ann, { subject: "a" }), await connect(line, root, { subject: "r" })];

    expect((await line.run(`user identities ann --remove ${ofAnn}`)).output).toBe(
      "Ann signs in with it no more.\n" +
        "Nothing else lets Ann in: countersign user set-password Ann, or let them have a link mailed.\n",
    );
    expect(await line.run(`user identities root --remove ${ofRoot}`)).toEqual({
      code: 1,
      output: "",
      errors:
        "Without it no superuser could sign in. Give Root a password first: countersign user set-password Root.\n",
    });
    expect(await line.read("user identities root")).toMatchObject({ identities: [{ id: ofRoot, isKept: true }] });

    // Negative control: the same with a password.
    await line.db.update(users).set({ passwordHash: "$argon2id$" }).where(eq(users.id, root));
    expect((await line.run(`user identities root --remove ${ofRoot}`)).code).toBe(0);
    expect(await audited(line)).toEqual([
      ["ok", "Ann"],
      ["refused", "Root"],
      ["ok", "Root"],
    ]);
  });

  test("where the environment names no provider, or wrongly, other commands work and these are the more careful", async () => {
    await using line = await openCommandLine(dialect, { OIDC_PROVIDERS: "works", WORKS_ISSUER: "nonsense" });
    const root = await make(line, "Root", "--superuser");
    await line.db.update(line.db.tables.users).set({ passwordHash: null });
    const ids = [await connect(line, root, { subject: "one" }), await connect(line, root, { subject: "two" })];

    expect(await line.read("user list")).toMatchObject({ total: 1 });
    expect((await line.run("user identities root")).output).toContain("works (not set up)");
    for (const id of ids) expect((await line.run(`user identities root --remove ${id}`)).code).toBe(1);
  });
});

async function make(line: CommandLine, name: string, flag = ""): Promise<string> {
  return (await line.read<{ id: string }>(`user create ${name}${flag && ` ${flag}`}`, password)).id;
}

async function connect(
  { db }: CommandLine,
  userId: string,
  of: {
    readonly subject: string;
    readonly provider?: string;
    readonly email?: string;
    readonly verifiedEmail?: string;
  },
): Promise<string> {
  const id = newId();
  const { provider = "works", ...known } = of;
  await db.insert(db.tables.identities).values({ id, userId, issuer, provider, ...known, createdAt: new Date(0) });
  return id;
}

async function beginSession({ db }: CommandLine, userId: string, identityId: string): Promise<void> {
  const id = newId();
  const [now, later] = [new Date(), new Date(Date.now() + 60_000)];
  const dates = { createdAt: now, lastUsedAt: now, authenticatedAt: now, expiresAt: later, absoluteExpiresAt: later };
  await db.insert(db.tables.sessions).values({ id, userId, tokenHash: id, remember: false, ...dates });
  await db.insert(db.tables.providerSessions).values({ sessionId: id, identityId, provider: "works" });
}

/** What became of removals, the oldest first. */
async function audited({ db }: CommandLine): Promise<[string, string | null][]> {
  const { auditEvents } = db.tables;
  const events = await db.select().from(auditEvents).orderBy(auditEvents.id);
  return events
    .filter(({ action }) => action === "admin.user.remove_identity")
    .map(({ outcome, subjectName }) => [outcome, subjectName]);
}
