import { randomUUID } from "node:crypto";

import { eq } from "drizzle-orm";
import { expect, test } from "vitest";

import { describeDatabases } from "@app/services/databases";
import { fieldFaults } from "@countersign/contract";

import { type AdminTestPermission, answer, attempt, outcomeOf, startAdminApp } from "./test/admin-app.ts";
import type { RawSocket } from "./testing/raw-socket.ts";

const beyond = "FORBIDDEN BEYOND_OWN_RIGHTS";
type Started = Awaited<ReturnType<typeof startAdminApp>>;

describeDatabases((dialect) => {
  test("PRM-19: nobody strips somebody who holds more, to set their address then and become them", async () => {
    await using started = await startAdminApp(dialect);
    const low = await started.staff("low", "users.grant", "users.change", "users.send_reset");
    const boss = await started.staff("boss", "users.grant", "notes.view");
    await giveAddress(started, boss.id, "boss@example.test");
    const editors = await started.app.auth.rights.setGroup("editors", ["notes.change"]);
    await started.app.auth.rights.addToGroup(boss.id, "editors");
    const before = await started.readUser(boss.id);
    await using socket = await low.open();
    const { id } = boss;

    const steps: readonly [string, object][] = [
      ["setPermissions", { permissions: [] }],
      // Not one by one either, not even what the actor holds: what is left would be less.
      ["setPermissions", { permissions: ["notes.view"] }],
      ["setPermissions", { permissions: ["users.grant", "users.change"] }],
      ["setGroups", { groupIds: [] }],
      ["setStaff", { value: false }],
      ["update", { version: before.version, email: "low@example.test" }],
    ];
    for (const [name, input] of steps) {
      expect(await attempt(socket, `admin.user.${name}`, { id, ...input }), `${name} ${JSON.stringify(input)}`).toBe(
        beyond,
      );
    }
    expect(await started.readUser(id)).toEqual(before);
    expect(await started.app.takeMails()).toEqual([]);
    expect(await started.audited("admin.user.set_groups")).toMatchObject([
      { outcome: "refused", actorName: "low", subjectName: "boss", details: { given: [], taken: ["editors"] } },
    ]);

    // Negative control: a second one, who holds all of it.
    const peer = await started.staff("peer", "users.grant", "notes.view");
    await started.app.auth.rights.addToGroup(peer.id, "editors");
    await using other = await peer.open();
    for (const [name, input] of [steps[1], steps[3], steps[4]].filter((step) => step !== undefined)) {
      expect(await attempt(other, `admin.user.${name}`, { id, ...input }), name).toBe("OK");
    }
    expect(await started.readUser(id)).toMatchObject({ permissions: ["notes.view"], groups: [], isStaff: false });
    expect(await started.app.auth.admin.groups.find(editors)).toMatchObject({ memberCount: 1 });
  });

  test("PRM-19: nobody wakes rights they do not hold: no staff flag for who has slept, no switching on of who is off", async () => {
    await using started = await startAdminApp(dialect);
    const { app } = started;
    const low = await started.staff("low", "users.grant", "users.change");
    const peer = await started.staff("peer", "users.grant", "users.change", "users.delete");
    const [sleeper, off] = [await app.signIn("sleeper"), await started.staff("off", "users.delete")];
    const [plain, plainOff] = [await app.signIn("plain"), await app.signIn("plainOff")];
    await app.auth.rights.grant(sleeper.id, "users.delete");
    for (const { id } of [off, plainOff]) await app.auth.accounts.setActive(id, false);
    await using socket = await low.open();
    await using other = await peer.open();

    expect(await attempt(socket, "admin.user.setStaff", { id: sleeper.id, value: true })).toBe(beyond);
    expect(await attempt(socket, "admin.user.setActive", { id: off.id, value: true })).toBe(beyond);
    expect(await started.readUser(sleeper.id)).toMatchObject({ isStaff: false });
    expect(await started.readUser(off.id)).toMatchObject({ isActive: false });

    expect(await attempt(socket, "admin.user.setStaff", { id: plain.id, value: true })).toBe("OK");
    expect(await attempt(socket, "admin.user.setActive", { id: plainOff.id, value: true })).toBe("OK");
    expect(await attempt(other, "admin.user.setStaff", { id: sleeper.id, value: true })).toBe("OK");
    expect(await attempt(other, "admin.user.setActive", { id: off.id, value: true })).toBe("OK");
  });

  test("PRM-19: staff neither switch off nor remove somebody who holds more; a superuser does", async () => {
    await using started = await startAdminApp(dialect);
    const low = await started.staff("low", "users.change", "users.delete");
    const [boss, plain] = [await started.staff("boss", "users.grant"), await started.app.signIn("plain")];
    const member = await started.app.signIn("member");
    await started.app.auth.rights.setGroup("editors", []);
    await started.app.auth.rights.addToGroup(member.id, "editors");
    await using socket = await low.open();
    await using theirs = await boss.open();

    for (const { id } of [boss, member]) {
      expect(await attempt(socket, "admin.user.setActive", { id, value: false })).toBe(beyond);
      expect(await attempt(socket, "admin.user.remove", { id })).toBe(beyond);
    }
    expect(await theirs.query("who")).toMatchObject({ result: { data: "boss" } });

    await using asRoot = await (await started.root()).open();
    expect(await attempt(socket, "admin.user.setActive", { id: plain.id, value: false })).toBe("OK");
    expect(await attempt(socket, "admin.user.remove", { id: plain.id })).toBe("OK");
    expect(await attempt(asRoot, "admin.user.setActive", { id: boss.id, value: false })).toBe("OK");
    expect(await theirs.closed).toEqual({ code: 4401, reason: "deactivated" });
    expect(await attempt(asRoot, "admin.user.remove", { id: boss.id })).toBe("OK");
  });

  test("PRM-19: nobody empties or removes a group whose rights they do not hold", async () => {
    await using started = await startAdminApp(dialect);
    const { groups } = started.app.auth.admin;
    const { rights } = started.app.auth;
    const [low, peer] = [
      await started.staff("low", "groups.change", "notes.view"),
      await started.staff("peer", "groups.change", "notes.view"),
    ];
    const editors = await rights.setGroup("editors", ["notes.view", "notes.change"]);
    const readers = await rights.setGroup("readers", ["notes.view"]);
    const empty = await rights.setGroup("empty", ["notes.view"]);
    for (const name of ["editors", "readers"]) await rights.addToGroup((await started.app.signIn(name)).id, name);
    await rights.addToGroup(peer.id, "readers");
    await using socket = await low.open();
    await using other = await peer.open();
    const update = async (asked: RawSocket, id: string, permissions: readonly string[]) =>
      attempt(asked, "admin.group.update", { id, version: (await groups.find(id))?.version, permissions });

    // One because of what it gives, one because being in it is a right of its own.
    for (const id of [editors, readers]) {
      const before = await groups.find(id);
      expect(await update(socket, id, [])).toBe(beyond);
      expect(await attempt(socket, "admin.group.remove", { id })).toBe(beyond);
      expect(await groups.find(id)).toEqual(before);
    }
    expect(await update(socket, editors, ["notes.change"])).toBe(beyond);
    expect(await started.audited("admin.group.remove")).toMatchObject([
      { outcome: "refused", details: { group: "readers" } },
      { outcome: "refused", details: { group: "editors", permissions: ["notes.change", "notes.view"] } },
    ]);

    expect(await update(other, readers, [])).toBe("OK");
    expect(await attempt(other, "admin.group.remove", { id: readers })).toBe("OK");
    expect(await attempt(socket, "admin.group.remove", { id: empty })).toBe("OK");
    expect(await started.audited("admin.group.update")).toMatchObject([
      { actorName: "peer", details: { group: "readers", permissions: [], given: [], taken: ["notes.view"] } },
      ...["editors", "readers", "editors"].map((group) => ({ outcome: "refused", details: { group } })),
    ]);
  });

  test("EML-08: an address that an admin changes is told, with a way back where it was confirmed", async () => {
    await using started = await startAdminApp(dialect);
    const { app } = started;
    const low = await started.staff("low", "users.change");
    const [ann, bob] = [await app.signIn("ann"), await app.signIn("bob")];
    await giveAddress(started, ann.id, "ann@example.test", { emailVerifiedAt: new Date() });
    await giveAddress(started, bob.id, "bob@example.test", { locale: "ar" });
    await using socket = await low.open();
    const setAddress = async (id: string, email: string | null) =>
      attempt(socket, "admin.user.update", { id, version: (await started.readUser(id)).version, email });

    expect(await setAddress(ann.id, "eve@example.test")).toBe("OK");
    const [told, ...others] = await app.takeMails();
    expect(others).toEqual([]);
    expect(told).toMatchObject({ to: "ann@example.test", subject: "Your address for Countersign was changed" });
    expect(told?.text).toContain("Those who run Countersign gave your account another email address.");
    const token = /email\/revert#token=(\S+)/.exec(told?.text ?? "")?.[1] ?? "";
    const from = { ip: null, userAgent: null, presented: null };
    expect(await app.auth.links.revertEmailChange({ token }, from)).toMatchObject({ status: "reverted" });
    expect(await started.readUser(ann.id)).toMatchObject({ email: "ann@example.test" });
    await app.takeMails();

    // Nobody had shown that this one was theirs: it is told, but a link would open the account to whoever reads it.
    expect(await setAddress(bob.id, null)).toBe("OK");
    const [toBob] = await app.takeMails();
    expect(toBob).toMatchObject({ to: "bob@example.test", subject: "تغيّر عنوانك في Countersign" });
    expect(toBob?.text).not.toContain("token=");
  });

  test("an account that somebody uses and that has no address to be told gets one from superusers only", async () => {
    await using started = await startAdminApp(dialect);
    const [low, bob] = [await started.staff("low", "users.change", "users.create"), await started.app.signIn("bob")];
    await using socket = await low.open();
    await using asRoot = await (await started.root()).open();
    const setAddress = async (asked: RawSocket, id: string) => {
      const { version } = await started.readUser(id);
      return attempt(asked, "admin.user.update", { id, version, email: `${randomUUID()}@example.test` });
    };

    expect(await setAddress(socket, bob.id)).toBe(beyond);
    expect(await started.readUser(bob.id)).toMatchObject({ email: null });
    expect(await setAddress(asRoot, bob.id)).toBe("OK");
    // Negative control: one that nobody has used yet.
    const made = await answer<{ id: string }>(socket.mutate("admin.user.create", { username: "fresh" }));
    expect(await setAddress(socket, made.id)).toBe("OK");
  });

  test("EML-02: nobody gives themselves another address here, not even a superuser: it would not be confirmed", async () => {
    await using started = await startAdminApp(dialect);
    for (const user of [await started.staff("sue", "users.change"), await started.root()]) {
      await giveAddress(started, user.id, `${user.id}@example.test`, { emailVerifiedAt: new Date() });
      await using socket = await user.open();
      const change = async (fields: object) =>
        socket.mutate("admin.user.update", {
          id: user.id,
          version: (await started.readUser(user.id)).version,
          ...fields,
        });

      for (const email of ["new@example.test", null]) {
        const frame = await change({ email, firstName: "Sue" });
        expect(outcomeOf(frame)).toBe("BAD_REQUEST INVALID_FIELDS");
        expect(frame.error?.data["fields"]).toEqual({ email: [fieldFaults.emailOwn] });
      }
      expect(await started.readUser(user.id)).toMatchObject({ email: `${user.id}@example.test`, firstName: "" });
      // Negative control: the name, also with the address it has.
      expect(outcomeOf(await change({ email: `${user.id}@example.test`, firstName: "Sue" }))).toBe("OK");
      expect(await started.readUser(user.id)).toMatchObject({ emailVerified: true, firstName: "Sue" });
    }
    expect(await started.app.takeMails()).toEqual([]);
    expect(await started.audited("admin.user.update")).toContainEqual(
      expect.objectContaining({ outcome: "refused", reason: "own_address", actorName: "sue" }),
    );
  });

  test("what was tried on a superuser is in the audit log, though it was refused before it was looked at", async () => {
    await using started = await startAdminApp(dialect);
    const root = await started.root();
    const sue = await started.staff("sue", "users.change", "users.grant");
    const crew = await started.app.auth.rights.setGroup("crew", []);
    await using socket = await sue.open();
    const { id } = root;
    const { version } = await started.readUser(id);

    expect(await attempt(socket, "admin.user.update", { id, version, email: "sue@example.test", firstName: "" })).toBe(
      beyond,
    );
    expect(await attempt(socket, "admin.user.setPermissions", { id, permissions: ["users.view"] })).toBe(beyond);
    expect(await attempt(socket, "admin.user.setGroups", { id, groupIds: [crew] })).toBe(beyond);

    const refused = { outcome: "refused", actorName: "sue", subjectName: "root" };
    expect(await started.audited("admin.user.update")).toEqual([
      { ...refused, reason: "beyond_own_rights", details: { fields: ["email"] } },
    ]);
    expect(await started.audited("admin.user.set_permissions")).toMatchObject([
      { ...refused, details: { permissions: ["users.view"] } },
    ]);
    expect(await started.audited("admin.user.set_groups")).toMatchObject([
      { ...refused, details: { groups: ["crew"] } },
    ]);
  });

  test("calls that the rule refuses are in the audit log, once a minute of each user and procedure", async () => {
    const clock = { ms: Date.now(), now: () => clock.ms };
    await using started = await startAdminApp(dialect, { clock });
    const [bob, ann] = [await started.app.signIn("bob"), await started.app.signIn("ann")];
    const sue = await started.staff("sue", "users.change");
    await using socket = await bob.open();
    await using other = await ann.open();
    await using staff = await sue.open();

    for (let call = 0; call < 5; call += 1) await socket.query("admin.user.list");
    await attempt(socket, "admin.user.remove", { id: ann.id });
    await other.query("admin.user.list");
    clock.ms += 61_000;
    await socket.query("admin.user.list");
    // What only asks for the password again is no attempt, nor is what is allowed.
    clock.ms += 601_000;
    expect(await attempt(staff, "admin.user.setActive", { id: bob.id, value: true })).toBe("FORBIDDEN REAUTH");

    const refused = (actorName: string, procedure: string) => ({
      outcome: "refused",
      reason: "forbidden",
      actorName,
      subjectName: null,
      details: { procedure },
    });
    expect((await started.audited("admin.call")).toReversed()).toEqual([
      refused("bob", "admin.user.list"),
      refused("bob", "admin.user.remove"),
      refused("ann", "admin.user.list"),
      refused("bob", "admin.user.list"),
    ]);
  });

  test("what is so already is not told as done; what is done tells what was given and what was taken", async () => {
    await using started = await startAdminApp(dialect);
    const { app } = started;
    const all: readonly AdminTestPermission[] = ["users.grant", "users.change", "notes.view", "notes.change"];
    const sue = await started.staff("sue", ...all, "groups.change");
    const bob = await app.signIn("bob");
    const editors = await app.auth.rights.setGroup("editors", ["notes.view"]);
    const readers = await app.auth.rights.setGroup("readers", []);
    for (const name of ["editors", "readers"]) await app.auth.rights.addToGroup(sue.id, name);
    await app.auth.rights.addToGroup(bob.id, "readers");
    await app.auth.rights.grant(bob.id, "notes.view");
    await using socket = await sue.open();
    const { id } = bob;
    const before = await started.readUser(id);

    for (const [name, input] of [
      ["setStaff", { value: false }],
      ["setActive", { value: true }],
      ["setPermissions", { permissions: ["notes.view"] }],
      ["setGroups", { groupIds: [readers] }],
      ["update", { version: before.version, firstName: "" }],
    ] as const) {
      expect(await attempt(socket, `admin.user.${name}`, { id, ...input }), name).toBe("OK");
    }
    const version = (await app.auth.admin.groups.find(editors))?.version;
    expect(await attempt(socket, "admin.group.update", { id: editors, version, name: "editors" })).toBe("OK");
    await app.auth.audit.flush();
    const events = await app.auth.audit.list({ actorId: sue.id, limit: 100 });
    expect(events.map(({ action }) => action)).not.toContainEqual(expect.stringMatching(/^admin\./));
    expect((await started.readUser(id)).version).toBe(before.version);

    expect(await attempt(socket, "admin.user.setPermissions", { id, permissions: ["notes.change"] })).toBe("OK");
    expect(await attempt(socket, "admin.user.setGroups", { id, groupIds: [editors] })).toBe("OK");
    expect(await started.audited("admin.user.set_permissions")).toMatchObject([
      { details: { permissions: ["notes.change"], given: ["notes.change"], taken: ["notes.view"] } },
    ]);
    expect(await started.audited("admin.user.set_groups")).toMatchObject([
      { details: { groups: ["editors"], given: ["editors"], taken: ["readers"] } },
    ]);
  });
});

async function giveAddress(
  { app: { db } }: Started,
  id: string,
  email: string,
  rest: { readonly emailVerifiedAt?: Date; readonly locale?: string } = {},
): Promise<void> {
  const { users } = db.tables;
  await db
    .update(users)
    .set({ email, emailKey: email, ...rest })
    .where(eq(users.id, id));
}
