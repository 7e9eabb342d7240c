import { fileURLToPath } from "node:url";

import { desc, eq } from "drizzle-orm";
import { expect, test } from "vitest";

import { startServer } from "@app/services";
import { describeDatabases } from "@app/services/databases";
import { newId } from "@countersign/auth";
import type { UserSnapshot } from "@countersign/contract";

import { openCommandLine } from "./test/open-command-line.ts";
import { openWindow } from "./test/open-window.ts";
import { runProgram } from "./test/run-program.ts";

type CommandLine = Awaited<ReturnType<typeof openCommandLine>>;

const password = "a few random words";
const serverEntry = fileURLToPath(new URL("../../../apps/server/src/main.ts", import.meta.url));

// The app's own server in a process of its own, and sockets as browsers have them. Commands run in this process, and those that
// close sockets as they are started in a shell, since writing to SQLite holds up whoever listens in the same process. Server
// and commands have nothing in common but the database.
describeDatabases((dialect) => {
  test("what the command line does to accounts and sessions is seen on open sockets within a second", async () => {
    await using line = await openCommandLine(dialect);
    const { run } = line;
    const program = (words: string, input = "") => runProgram(line.url, words, input);
    // Before the server starts, so that it makes no demo users.
    expect(await program("user create root --superuser", password)).toMatchObject({ code: 0, errors: "" });
    await using server = await startServer(serverEntry, { NODE_ENV: "test", DATABASE_URL: line.url });
    const made = await Promise.all(["ann", "bob"].map((name) => run(`user create ${name}`, password)));
    expect(made.map(({ code, errors }) => [code, errors])).toEqual([0, 0].map((code) => [code, ""]));

    using bob = await openWindow(server.url, "bob", password);
    using laptop = await openWindow(server.url, "ann", password);
    using phone = await openWindow(server.url, "ann", password);

    // Promoted: the open window shows it, and nobody else's does.
    expect(await run("user promote ann")).toMatchObject({ code: 0, output: "ann is a superuser now.\n" });
    await withinASecond(laptop.until(isSuperuser));
    expect(bob.snapshots.filter(isSuperuser)).toEqual([]);

    // One session is revoked: its socket closes, the user's other one does not.
    const listed = JSON.parse((await run("sessions list --user ann --json")).output) as { sessions: { id: string }[] };
    const [newest] = listed.sessions.toSorted((one, other) => other.id.localeCompare(one.id));
    expect(await program(`sessions revoke ${newest?.id}`)).toMatchObject({ code: 0, output: "1 session ended.\n" });
    expect((await withinASecond(phone.closed)).code).toBe(4401);
    expect([laptop.isOpen(), bob.isOpen()]).toEqual([true, true]);

    // A provider that opened one session is taken away: that one closes, and the other shows that its group went.
    using tablet = await openWindow(server.url, "ann", password);
    const identityId = await comeFromProvider(line, "ann");
    await withinASecond(laptop.until(mayOverview));
    const shown = laptop.snapshots.length;
    expect(await program(`user identities ann --remove ${identityId}`)).toMatchObject({ code: 0, errors: "" });
    expect((await withinASecond(tablet.closed)).code).toBe(4401);
    await withinASecond(
      laptop.until((snapshot) => laptop.snapshots.indexOf(snapshot) >= shown && !mayOverview(snapshot)),
    );
    expect([laptop.isOpen(), bob.isOpen()]).toEqual([true, true]);

    // A new password ends what is left.
    expect(await program("user set-password ann", "some other words")).toMatchObject({ code: 0 });
    expect((await withinASecond(laptop.closed)).code).toBe(4401);
    await expect(openWindow(server.url, "ann", password)).rejects.toThrow("401");

    // Switched off: out at once, and not in again.
    using again = await openWindow(server.url, "ann", "some other words");
    expect(await program("user deactivate ann")).toMatchObject({ code: 0 });
    expect((await withinASecond(again.closed)).code).toBe(4401);
    await expect(openWindow(server.url, "ann", "some other words")).rejects.toThrow("401");
    expect(bob.isOpen()).toBe(true);

    expect(await program("sessions revoke --all --yes")).toMatchObject({ code: 0, output: "1 session ended.\n" });
    expect((await withinASecond(bob.closed)).code).toBe(4401);
  }, 180_000);
});

function isSuperuser(snapshot: UserSnapshot): boolean {
  return snapshot.isAuthenticated && snapshot.isSuperuser;
}

function mayOverview(snapshot: UserSnapshot): boolean {
  return snapshot.isAuthenticated && snapshot.permissions.includes(overview);
}

/** A permission of the app. */
const overview = "notes.overview";

/** Makes the user's newest session one that a provider began, which gave a group as well. Returns the identity's id. */
async function comeFromProvider({ db }: CommandLine, username: string): Promise<string> {
  const [identityId, groupId] = [newId(), newId()];
  await db.transaction(async (tx) => {
    const { groupMembers, groupPermissions, groups, identities, identityGroups, providerSessions, sessions, users } =
      tx.tables;
    const [newest] = await tx
      .select({ userId: sessions.userId, sessionId: sessions.id })
      .from(sessions)
      .innerJoin(users, eq(users.id, sessions.userId))
      .where(eq(users.usernameKey, username))
      .orderBy(desc(sessions.id))
      .limit(1);
    const { userId = "", sessionId = "" } = newest ?? {};
    const known = { provider: "works", issuer: "https://id.example.com", subject: username };
    await tx.insert(identities).values({ id: identityId, userId, ...known, createdAt: new Date() });
    await tx.insert(providerSessions).values({ sessionId, identityId, provider: "works" });
    await tx.insert(groups).values({ id: groupId, name: "crew", createdAt: new Date() });
    await tx.insert(groupPermissions).values({ groupId, permission: overview });
    await tx.insert(groupMembers).values({ userId, groupId });
    await tx.insert(identityGroups).values({ identityId, groupId });
  });
  return identityId;
}

/** Fails when it takes longer, counted from the end of the program. */
async function withinASecond<Value>(value: Promise<Value>): Promise<Value> {
  const { promise, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => reject(new Error("It took longer than a second.")), 1000);
  try {
    return await Promise.race([value, promise]);
  } finally {
    clearTimeout(timer);
  }
}
