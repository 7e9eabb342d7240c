import { expect, test } from "vitest";

import { describeDatabases } from "@app/services/databases";
import { newId } from "@countersign/auth";

import { openCommandLine } from "../test/open-command-line.ts";

const password = "a few random words\n";

type CommandLine = Awaited<ReturnType<typeof openCommandLine>>;

describeDatabases((dialect) => {
  test("the sessions of a provider that is set up no more are ended by its name, and no others", async () => {
    await using line = await openCommandLine(dialect, {});
    const [ann, bob] = [await make(line, "Ann"), await make(line, "Bob")];
    const [gone, works] = ["gone", "works"];
    for (const [user, provider] of [
      [ann, gone],
      [ann, gone],
      [ann, works],
      [bob, gone],
      [bob, null],
    ] as const)
      await beginSession(line, user, provider);

    expect((await line.run("sessions revoke --provider nobody")).output).toBe("0 sessions ended.\n");
    expect(await line.run("sessions revoke --provider gone")).toEqual({
      code: 0,
      output: "3 sessions ended.\n",
      errors: "",
    });

    expect(await line.read("sessions list")).toMatchObject({ total: 2 });
    const { auditEvents, providerSessions } = line.db.tables;
    expect((await line.db.select().from(providerSessions)).map(({ provider }) => provider)).toEqual([works]);
    const events = await line.db.select().from(auditEvents);
    const ends = events.filter(({ action }) => action === "admin.user.end_sessions");
    expect(ends.map(({ subjectName }) => subjectName ?? "").toSorted()).toEqual(["Ann", "Bob"]);
    for (const { subjectName, details } of ends)
      expect(details).toEqual({ provider: gone, count: subjectName === "Ann" ? 2 : 1 });
  });
});

async function make(line: CommandLine, name: string): Promise<string> {
  return (await line.read<{ id: string }>(`user create ${name}`, password)).id;
}

async function beginSession({ db }: CommandLine, userId: string, provider: string | null): Promise<void> {
  const { identities, providerSessions, sessions } = db.tables;
  const id = newId();
  const [now, later] = [new Date(), new Date(Date.now() + 60_000)];
  const dates = { createdAt: now, lastUsedAt: now, authenticatedAt: now, expiresAt: later, absoluteExpiresAt: later };
  await db.insert(sessions).values({ id, userId, tokenHash: id, remember: false, ...dates });
  if (provider === null) return;
  const identity = { id: newId(), issuer: `https://${provider}.example`, subject: id, provider, createdAt: now };
  await db.insert(identities).values({ ...identity, userId });
  await db.insert(providerSessions).values({ sessionId: id, identityId: identity.id, provider });
}
