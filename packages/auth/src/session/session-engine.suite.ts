import { eq, ne } from "drizzle-orm";
import { describe, expect, test } from "vitest";

import { type TestDialect, testDialects } from "@app/services/databases";
import { DatabaseUnavailable } from "@countersign/db";

import { insertUser } from "../test/insert-user.ts";
import { type CreateEngine, insertGroup, openTestEngine, origin } from "../test/open-engine.ts";

import type { NewSession } from "./session-engine.ts";
import { hashToken } from "./token.ts";

const [second, minute, hour] = [1000, 60_000, 3_600_000];

/** The contract of `SessionEngine`: whatever implements it passes this, on both dialects. */
export function describeSessionEngine(
  createEngine: CreateEngine,
  dialects: readonly TestDialect[] = testDialects,
): void {
  describe.each(dialects)("$name", (dialect) => {
    const open = () => openTestEngine(dialect, createEngine);

    describe("a token", () => {
      test("opens the session it was made for, and no other does", async () => {
        await using app = await open();
        const [ann, bob] = [await app.signIn("Ann"), await app.signIn("Bob")];

        await expect(app.validate(ann)).resolves.toMatchObject({ user: { username: "Ann" }, session: ann.session });
        await expect(app.validate(bob)).resolves.toMatchObject({ user: { username: "Bob" }, session: bob.session });
        expect(ann.token).not.toBe(bob.token);
      });

      test("SES-22: what is not exactly the token's hash opens nothing", async () => {
        await using app = await open();
        const { token, session } = await app.signIn("Ann");
        const tokenHash = hashToken(token) ?? "";
        const guesses = [
          "",
          token,
          session.id,
          tokenHash.toUpperCase(),
          `${tokenHash} `,
          tokenHash.slice(1),
          "' OR 1=1",
        ];

        for (const guess of guesses) await expect(app.engine.validate(guess)).resolves.toBeNull();
        await expect(app.engine.validate(tokenHash)).resolves.not.toBeNull();
      });

      test("SES-02: is nowhere in the database, neither as it is nor decoded", async () => {
        await using app = await open();
        const { token } = await app.signIn("Ann");
        const dump = JSON.stringify(
          await Promise.all(Object.values(app.db.tables).map((table) => app.db.select().from(table))),
        );

        expect(dump).toContain("Firefox");
        expect(dump).not.toContain(token);
        expect(dump).not.toContain(Buffer.from(token, "base64url").toString("base64"));
        expect(dump).not.toContain(Buffer.from(token, "base64url").toString("hex"));
        expect(dump).not.toContain(Buffer.from(token).toString("base64"));
      });

      test("is not told by the principal, nor is its hash", async () => {
        await using app = await open();
        const ann = await app.signIn("Ann");
        const told = JSON.stringify([await app.validate(ann), ann.session, await app.engine.list(ann.session.userId)]);

        expect(told).not.toContain(ann.token);
        expect(told).not.toContain(hashToken(ann.token));
      });
    });

    describe("a principal", () => {
      test("is the user and the session as they are in the database", async () => {
        await using app = await open();
        const userId = await insertUser(app.db, "Ann", {
          email: "ann@example.com",
          emailKey: "ann@example.com",
          emailVerifiedAt: new Date(1_000),
          firstName: "Ann",
          lastName: "Lee",
          isStaff: true,
          locale: "de",
          createdAt: new Date(2_000),
          passwordHash: "$argon2id$secret",
        });
        const created = await app.create(userId, { remember: true });

        expect(await app.validate(created)).toEqual({
          user: {
            id: userId,
            username: "Ann",
            email: "ann@example.com",
            emailVerifiedAt: new Date(1_000),
            firstName: "Ann",
            lastName: "Lee",
            isStaff: true,
            isSuperuser: false,
            locale: "de",
            createdAt: new Date(2_000),
            version: 1,
          },
          session: {
            id: created.session.id,
            userId,
            createdAt: new Date(app.clock.now()),
            lastUsedAt: new Date(app.clock.now()),
            authenticatedAt: new Date(app.clock.now()),
            expiresAt: new Date(app.clock.now() + hour),
            absoluteExpiresAt: new Date(app.clock.now() + 2 * hour),
            remember: true,
            impersonatedBy: null,
            version: 0,
          },
          permissions: new Set(),
          groups: new Set(),
        });
      });

      test("PRM-05: holds permissions directly and through groups, each once, and the names of the groups", async () => {
        await using app = await open();
        const [ann, bob] = [await app.signIn("Ann"), await app.signIn("Bob")];
        const { userPermissions, groupMembers } = app.db.tables;
        const editors = await insertGroup(app.db, "editors", ["notes.view", "notes.change"]);
        const readers = await insertGroup(app.db, "readers", ["notes.read"]);
        await app.db.insert(userPermissions).values({ userId: ann.session.userId, permission: "notes.view" });
        await app.db.insert(groupMembers).values({ userId: ann.session.userId, groupId: editors });
        await app.db.insert(groupMembers).values({ userId: bob.session.userId, groupId: readers });

        expect(await app.validate(ann)).toMatchObject({
          permissions: new Set(["notes.view", "notes.change"]),
          groups: new Set(["editors"]),
        });
        expect(await app.validate(bob)).toMatchObject({
          permissions: new Set(["notes.read"]),
          groups: new Set(["readers"]),
        });
      });

      test("PRM-10, PRM-13: a right given or taken away in the database is seen by the next validation", async () => {
        await using app = await open();
        const [ann, bob] = [await app.signIn("Ann"), await app.signIn("Bob")];
        const { userPermissions, groupMembers, groupPermissions, groups } = app.db.tables;
        const { userId } = ann.session;
        const held = async () => [...((await app.validate(ann))?.permissions ?? [])].toSorted();
        expect(await held()).toEqual([]);

        await app.db.insert(userPermissions).values({ userId, permission: "notes.view" });
        expect(await held()).toEqual(["notes.view"]);
        await app.db.delete(userPermissions);
        expect(await held()).toEqual([]);
        const groupId = await insertGroup(app.db, "editors", ["notes.change"]);
        await app.db.insert(groupMembers).values({ userId, groupId });
        expect(await held()).toEqual(["notes.change"]);
        await app.db.update(groupPermissions).set({ permission: "notes.remove" });
        expect(await held()).toEqual(["notes.remove"]);
        await app.db.delete(groupMembers);
        expect(await held()).toEqual([]);
        await app.db.insert(groupMembers).values({ userId, groupId });
        expect(await held()).toEqual(["notes.remove"]);
        await app.db.delete(groups);
        expect(await held()).toEqual([]);
        expect(await app.validate(bob)).toMatchObject({ permissions: new Set(), user: { version: 1 } });
      });

      test("PRM-13: a renamed group is a member's group under its new name", async () => {
        await using app = await open();
        const ann = await app.signIn("Ann");
        const groupId = await insertGroup(app.db, "editors", []);
        await app.db.insert(app.db.tables.groupMembers).values({ userId: ann.session.userId, groupId });
        expect(await app.validate(ann)).toMatchObject({ groups: new Set(["editors"]) });

        await app.db.update(app.db.tables.groups).set({ name: "authors" });

        expect(await app.validate(ann)).toMatchObject({ groups: new Set(["authors"]) });
      });

      test("a change of the user is seen by the next validation, under a higher version", async () => {
        await using app = await open();
        const [ann, bob] = [await app.signIn("Ann"), await app.signIn("Bob")];
        const { users } = app.db.tables;

        await app.db
          .update(users)
          .set({ firstName: "Anna", isSuperuser: true })
          .where(eq(users.id, ann.session.userId));

        expect(await app.validate(ann)).toMatchObject({ user: { firstName: "Anna", isSuperuser: true, version: 2 } });
        expect(await app.validate(bob)).toMatchObject({ user: { firstName: "", isSuperuser: false, version: 1 } });
      });
    });

    describe("a session that is gone", () => {
      test("SES-14: deleted in the database, it is refused by the next validation", async () => {
        await using app = await open();
        const [ann, bob] = [await app.signIn("Ann"), await app.signIn("Bob")];
        expect(await app.validate(ann)).not.toBeNull();

        await app.db.delete(app.db.tables.sessions).where(eq(app.db.tables.sessions.id, ann.session.id));

        expect(await app.validate(ann)).toBeNull();
        expect(await app.validate(bob)).not.toBeNull();
      });

      test("PRM-11: a user switched off has no session, and the others keep theirs", async () => {
        await using app = await open();
        const [ann, bob] = [await app.signIn("Ann"), await app.signIn("Bob")];
        const { users } = app.db.tables;

        await app.db.update(users).set({ isActive: false }).where(eq(users.id, ann.session.userId));

        expect(await app.validate(ann)).toBeNull();
        expect(await app.validate(bob)).not.toBeNull();
      });

      test("PRM-11: sessions of a user switched off by hand are ended when it is noticed, and do not come back", async () => {
        await using app = await open();
        const [ann, bob, eve] = [await app.signIn("Ann"), await app.signIn("Bob"), await app.signIn("Eve")];
        const { users } = app.db.tables;
        const explainEnd = ({ session }: NewSession) => app.engine.explainEnd(session.userId);
        const setActive = (isActive: boolean) =>
          app.db.update(users).set({ isActive }).where(ne(users.id, bob.session.userId));
        await setActive(false);

        expect([await explainEnd(ann), await explainEnd(bob)]).toEqual(["deactivated", "ended"]);
        expect(app.hints).toContainEqual({
          kind: "sessions-ended",
          sessionIds: [ann.session.id],
          reason: "deactivated",
        });
        expect(await app.engine.prune()).toBe(1);
        await setActive(true);

        expect([await app.validate(ann), await app.validate(eve)]).toEqual([null, null]);
        expect(await app.validate(bob)).not.toBeNull();
        await app.db.delete(users).where(eq(users.id, ann.session.userId));
        expect(await explainEnd(ann)).toBe("deleted");
      });

      test("SES-19: the session of a deleted user is refused, and is no error", async () => {
        await using app = await open();
        const [ann, bob] = [await app.signIn("Ann"), await app.signIn("Bob")];
        const { users } = app.db.tables;

        await app.db.delete(users).where(eq(users.id, ann.session.userId));

        expect(await app.validate(ann)).toBeNull();
        expect(await app.validate(bob)).not.toBeNull();
      });

      test("a validation asked after the row was deleted never joins a read from before", async () => {
        await using app = await open();
        for (let round = 0; round < 20; round += 1) {
          const ann = await app.signIn(`Ann ${round}`);
          const before = app.validate(ann);
          await app.db.delete(app.db.tables.sessions);
          const after = app.validate(ann);

          expect(await after).toBeNull();
          await before;
        }
      });

      test("a database that is away is told as such, and lets nobody in", async () => {
        await using app = await open();
        const ann = await app.signIn("Ann");
        await app.db.close();

        await expect(app.validate(ann)).rejects.toThrow(DatabaseUnavailable);
      });
    });

    describe("expiry", () => {
      test("EXP-01: a session is valid one second before its idle limit, and not one second after, nor at it", async () => {
        await using app = await open();
        const [ann, bob, eve] = [await app.signIn("Ann"), await app.signIn("Bob"), await app.signIn("Eve")];

        app.clock.advance(hour - second);
        expect(await app.validate(ann)).not.toBeNull();
        app.clock.advance(second);
        expect(await app.validate(bob)).toBeNull();
        app.clock.advance(second);
        expect(await app.validate(eve)).toBeNull();
      });

      test("reading is no use: a session that is only validated ends at its idle limit", async () => {
        await using app = await open();
        const ann = await app.signIn("Ann");
        for (let minutes = 0; minutes < 59; minutes += 1) {
          app.clock.advance(minute);
          expect(await app.validate(ann)).toMatchObject({ session: { expiresAt: ann.session.expiresAt } });
        }

        app.clock.advance(minute);
        expect(await app.validate(ann)).toBeNull();
      });

      test("EXP-05: expired is what is past its limit and still there; not what runs, was replaced, has ended or never was", async () => {
        await using app = await open();
        const [ann, bob, carol] = [await app.signIn("Ann"), await app.signIn("Bob"), await app.signIn("Carol")];
        const explain = ({ token }: NewSession) => app.engine.explainToken(hashToken(token) ?? "");
        const rotated = await app.rotate(bob);
        await app.end({ userId: carol.session.userId });
        app.clock.advance(hour - 1);
        expect(await Promise.all([ann, bob, rotated, carol].map(explain))).toEqual(Array(4).fill("unknown"));
        app.clock.advance(1);
        expect(await Promise.all([ann, bob, rotated, carol].map(explain))).toEqual([
          "expired",
          "unknown",
          "expired",
          "unknown",
        ]);
        await app.engine.prune();
        expect(await explain(ann)).toBe("unknown");
      });

      test("EXP-07: use moves the idle limit, and nothing moves the absolute one", async () => {
        await using app = await open();
        const ann = await app.signIn("Ann");
        const end = ann.session.absoluteExpiresAt;
        for (let use = 1; use <= 7; use += 1) {
          app.clock.advance(17 * minute);
          await app.touch(await app.validate(ann));
          const expiresAt = new Date(Math.min(app.clock.now() + hour, end.getTime()));
          expect(await app.validate(ann)).toMatchObject({ session: { expiresAt, absoluteExpiresAt: end } });
        }

        app.clock.advance(end.getTime() - app.clock.now() - second);
        expect(await app.validate(ann)).not.toBeNull();
        app.clock.advance(second);
        expect(await app.validate(ann)).toBeNull();
      });

      test("a row whose idle limit was set beyond the absolute one by hand ends at the absolute one", async () => {
        await using app = await open();
        const ann = await app.signIn("Ann");
        await app.db.update(app.db.tables.sessions).set({ expiresAt: new Date(app.clock.now() + 100 * hour) });

        app.clock.advance(2 * hour);

        expect(await app.validate(ann)).toBeNull();
      });

      test("EXP-07: an idle limit longer than the absolute one does not lengthen it", async () => {
        await using app = await openTestEngine(dialect, createEngine, { SESSION_IDLE_SECONDS: 10 * 3600 });
        const ann = await app.signIn("Ann");

        expect(ann.session.expiresAt).toEqual(ann.session.absoluteExpiresAt);
      });

      test("EXP-08: a clock set back gives no life beyond the absolute limit, and takes none away", async () => {
        await using app = await open();
        const ann = await app.signIn("Ann");
        app.clock.advance(30 * minute);
        await app.touch(await app.validate(ann));
        const before = await app.validate(ann);

        app.clock.advance(-hour);
        await app.touch(await app.validate(ann));
        expect(before).not.toBeNull();
        expect(await app.validate(ann)).toEqual(before);
        app.clock.advance(2 * hour + 30 * minute);
        expect(await app.validate(ann)).toBeNull();
      });

      test("EXP-08: a clock set forward ends what is past its limit, and lets the rest live", async () => {
        await using app = await open();
        const ann = await app.signIn("Ann");
        app.clock.advance(30 * minute);
        const bob = await app.signIn("Bob");

        app.clock.advance(40 * minute);

        expect(await app.validate(ann)).toBeNull();
        expect(await app.validate(bob)).not.toBeNull();
      });
    });

    describe("touch", () => {
      test("EXP-02: ten minutes of use are written down ten times", async () => {
        await using app = await open();
        const ann = await app.signIn("Ann");
        const written = new Set<number>();
        for (let steps = 0; steps < 60; steps += 1) {
          app.clock.advance(10 * second);
          for (let call = 0; call < 5; call += 1) await app.touch(await app.validate(ann));
          const principal = await app.validate(ann);
          if (principal) written.add(principal.session.lastUsedAt.getTime());
        }

        const minutes = Array.from({ length: 11 }, (_, index) => ann.session.createdAt.getTime() + index * minute);
        expect([...written]).toEqual(minutes);
        expect(app.updates.count()).toBe(10);
      });

      test("EXP-02: many at once, of readings from before the write, are one write", async () => {
        await using app = await open();
        const ann = await app.signIn("Ann");
        app.clock.advance(minute);
        const readings = await Promise.all(Array.from({ length: 50 }, () => app.validate(ann)));

        for (const principal of readings) if (principal) app.engine.touch(principal);
        await app.updates.settled();
        for (const principal of readings) if (principal) app.engine.touch(principal);
        await app.updates.settled();

        expect(app.updates.count()).toBe(1);
        expect(await app.validate(ann)).toMatchObject({ session: { lastUsedAt: new Date(app.clock.now()) } });
      });

      test("use never shortens a session, not even where the idle limit was shorter when it was used than when it began", async () => {
        await using app = await open();
        const ann = await app.signIn("Ann");
        const settings = { ...app.options.settings, SESSION_IDLE_SECONDS: 60 };
        const strict = createEngine({ ...app.options, settings });
        app.clock.advance(10 * minute);
        const reading = await app.validate(ann);

        if (reading) strict.touch(reading);
        await app.updates.settled();

        const { expiresAt } = ann.session;
        expect(await app.validate(ann)).toMatchObject({
          session: { expiresAt, lastUsedAt: new Date(app.clock.now()) },
        });
      });

      test("one user's use is not another's", async () => {
        await using app = await open();
        const [ann, bob] = [await app.signIn("Ann"), await app.signIn("Bob")];
        app.clock.advance(10 * minute);

        await app.touch(await app.validate(ann));

        expect(await app.validate(ann)).toMatchObject({ session: { lastUsedAt: new Date(app.clock.now()) } });
        expect(await app.validate(bob)).toMatchObject({ session: bob.session });
      });

      test("SES-11: use does not make the sign-in more recent", async () => {
        await using app = await open();
        const ann = await app.signIn("Ann");
        app.clock.advance(10 * minute);

        await app.touch(await app.validate(ann));

        expect(await app.validate(ann)).toMatchObject({ session: { authenticatedAt: ann.session.authenticatedAt } });
      });

      test("OUT-14: a late touch does not bring back a session that was ended", async () => {
        await using app = await open();
        const [ann, bob] = [await app.signIn("Ann"), await app.signIn("Bob")];
        app.clock.advance(10 * minute);
        const [late, other] = [await app.validate(ann), await app.validate(bob)];
        await app.end({ userId: ann.session.userId });

        await app.touch(late);
        await app.touch(other);

        expect(await app.validate(ann)).toBeNull();
        expect(await app.db.$count(app.db.tables.sessions)).toBe(1);
        expect(await app.validate(bob)).toMatchObject({ session: { lastUsedAt: new Date(app.clock.now()) } });
      });

      test("OUT-14: a late touch does not revive a session past its limit", async () => {
        await using app = await open();
        const ann = await app.signIn("Ann");
        app.clock.advance(hour - second);
        const late = await app.validate(ann);
        app.clock.advance(second);

        await app.touch(late);

        expect(await app.validate(ann)).toBeNull();
      });

      test("a touch that cannot be written is reported, thrown at nobody, and tried again by the next use", async () => {
        await using app = await open();
        const ann = await app.signIn("Ann");
        app.clock.advance(10 * minute);
        const principal = await app.validate(ann);

        app.updates.fail(true);
        await app.touch(principal);
        expect(app.errors).toEqual([expect.any(DatabaseUnavailable)]);
        app.updates.fail(false);
        await app.touch(principal);

        expect(app.errors).toHaveLength(1);
        expect(await app.validate(ann)).toMatchObject({ session: { lastUsedAt: new Date(app.clock.now()) } });
      });
    });

    describe("rotation", () => {
      test("gives the same session a new token, and the old one opens nothing any more", async () => {
        await using app = await open();
        const [ann, bob] = [await app.signIn("Ann"), await app.signIn("Bob")];

        const rotated = await app.rotate(ann);

        expect(rotated.token).not.toBe(ann.token);
        expect(rotated.session).toEqual({ ...ann.session, version: 1 });
        expect(await app.validate(ann)).toBeNull();
        expect(await app.validate(rotated)).toMatchObject({ session: rotated.session, user: { username: "Ann" } });
        expect(await app.validate(bob)).toMatchObject({ session: bob.session });
        expect(app.hints).toEqual([{ kind: "session-rotated", sessionId: ann.session.id }]);
      });

      test("SES-20: a token that was replaced opens nothing, and is known as that for a minute, with its own session only", async () => {
        await using app = await open();
        const [ann, bob] = [await app.signIn("Ann"), await app.signIn("Bob")];
        const explain = ({ token }: NewSession) => app.engine.explainToken(hashToken(token) ?? "");
        const rotated = await app.rotate(ann);

        expect(await Promise.all([ann, rotated, bob].map(explain))).toEqual(["replaced", "unknown", "unknown"]);
        expect(await app.validate(ann)).toBeNull();
        app.clock.advance(minute - 1);
        expect(await explain(ann)).toBe("replaced");
        app.clock.advance(1);
        expect(await explain(ann)).toBe("unknown");
        const again = await app.rotate(rotated);
        expect(await Promise.all([ann, rotated, again].map(explain))).toEqual(["unknown", "replaced", "unknown"]);
        await app.end({ userId: ann.session.userId });
        expect(await explain(rotated)).toBe("unknown");
      });

      test("SES-11: the sign-in stays as old as it is, unless the user signed in again", async () => {
        await using app = await open();
        const ann = await app.signIn("Ann");
        app.clock.advance(10 * minute);

        const rotated = await app.rotate(ann);
        expect(rotated.session.authenticatedAt).toEqual(ann.session.authenticatedAt);
        const again = await app.rotate(ann, { reauthenticated: true });
        expect(again.session.authenticatedAt).toEqual(new Date(app.clock.now()));
        expect(again.session.absoluteExpiresAt).toEqual(ann.session.absoluteExpiresAt);
      });

      test("of two rotations of one token the second does nothing, and the first one's token stays good", async () => {
        await using app = await open();
        const ann = await app.signIn("Ann");
        const ifTokenHash = hashToken(ann.token) ?? "";

        const first = await app.rotate(ann, { ifTokenHash });
        const again = await app.db.transaction((tx) => app.engine.rotate(tx, ann.session.id, { ifTokenHash }));

        expect(again).toBeNull();
        expect(await app.isValid(first)).toBe(true);
        expect(app.hints).toHaveLength(1);
      });

      test("LOG-10: a session that is signed in to anew begins again: its limits, its device, its sign-in", async () => {
        await using app = await open();
        const [ann, bob] = [await app.signIn("Ann"), await app.signIn("Bob")];
        app.clock.advance(50 * minute);
        const renewed = { remember: true, ip: "198.51.100.1", userAgent: "x".repeat(1000) };

        const rotated = await app.rotate(ann, { renewed });

        const now = app.clock.now();
        expect(rotated.session).toEqual({
          ...ann.session,
          createdAt: new Date(now),
          lastUsedAt: new Date(now),
          authenticatedAt: new Date(now),
          expiresAt: new Date(now + hour),
          absoluteExpiresAt: new Date(now + 2 * hour),
          remember: true,
          version: 1,
        });
        const [device] = await app.engine.list(ann.session.userId);
        expect(device).toMatchObject({ ip: "198.51.100.1", userAgent: "x".repeat(512) });
        expect(await app.validate(bob)).toMatchObject({ session: bob.session });
      });

      test("SES-11: a session that stands on an earlier sign-in, at a provider, is as old as that, and never from later than now", async () => {
        await using app = await open();
        const ann = await app.signIn("Ann");
        const { userId } = ann.session;
        const now = app.clock.now();
        const [before, later] = [new Date(now - 50 * minute), new Date(now + 50 * minute)];
        const renewed = { remember: false, ip: null, userAgent: null };

        const begun = [
          await app.create(userId, { authenticatedAt: before }),
          await app.create(userId, { authenticatedAt: later }),
        ];
        const again = await app.rotate(ann, { renewed: { ...renewed, authenticatedAt: before } });
        const ahead = await app.rotate(again, { renewed: { ...renewed, authenticatedAt: later } });

        const times = [...begun, again, ahead].map(({ session }) => session.authenticatedAt);
        expect(times).toEqual([before, new Date(now), before, new Date(now)]);
        expect(again.session).toMatchObject({ createdAt: new Date(now), expiresAt: new Date(now + hour) });
      });

      test("a rotation that is rolled back changes nothing and tells nothing", async () => {
        await using app = await open();
        const ann = await app.signIn("Ann");

        const failed = app.db.transaction(async (tx) => {
          await app.engine.rotate(tx, ann.session.id);
          throw new Error("no");
        });

        await expect(failed).rejects.toThrow("no");
        expect(await app.validate(ann)).toMatchObject({ session: ann.session });
        expect(app.hints).toEqual([]);
      });

      test("a session that ended in the meantime, or is past its limit, is not rotated", async () => {
        await using app = await open();
        const [ann, bob] = [await app.signIn("Ann"), await app.signIn("Bob")];
        await app.end({ userId: ann.session.userId });
        app.clock.advance(hour);
        app.hints.length = 0;

        expect(await app.db.transaction((tx) => app.engine.rotate(tx, ann.session.id))).toBeNull();
        expect(await app.db.transaction((tx) => app.engine.rotate(tx, bob.session.id))).toBeNull();
        expect(app.hints).toEqual([]);
      });

      test("SES-20: calls during rotation stand on the old or on the new token, and never on another user's", async () => {
        await using app = await open();
        const [ann, bob] = [await app.signIn("Ann"), await app.signIn("Bob")];
        const seen = new Set<string>();
        let latest = ann;
        let isDone = false;
        async function call(name: string, current: () => NewSession): Promise<void> {
          while (!isDone) {
            const principals = await Promise.all(Array.from({ length: 5 }, () => app.validate(current())));
            for (const principal of principals) seen.add(`${name} as ${principal?.user.username ?? "nobody"}`);
            await new Promise((resolve) => setImmediate(resolve));
          }
        }

        const calls = [call("Ann", () => latest), call("Bob", () => bob), call("Ann's old tab", () => ann)];
        for (let round = 0; round < 10; round += 1) {
          latest = await app.rotate(latest);
          await new Promise((resolve) => setTimeout(resolve, 5));
        }
        isDone = true;
        await Promise.all(calls);

        const possible = new Set(["Ann as Ann", "Ann as nobody", "Bob as Bob"]);
        for (const outcome of ["Ann's old tab as Ann", "Ann's old tab as nobody"]) possible.add(outcome);
        expect([...seen.difference(possible)]).toEqual([]);
        expect(seen).toContain("Ann as Ann");
        expect(seen).toContain("Bob as Bob");
        expect(await app.validate(latest)).toMatchObject({ session: { version: 10 } });
      });
    });

    describe("ending", () => {
      test("one session: the other sessions of the user, and other users', go on", async () => {
        await using app = await open();
        const [ann, bob] = [await app.signIn("Ann"), await app.signIn("Bob")];
        const phone = await app.create(ann.session.userId);

        const ended = await app.end(
          { userId: ann.session.userId, sessionId: phone.session.id },
          "signed_out_elsewhere",
        );

        expect(ended).toEqual([phone.session.id]);
        expect(await app.validate(phone)).toBeNull();
        expect(await app.validate(ann)).not.toBeNull();
        expect(await app.validate(bob)).not.toBeNull();
        expect(app.hints).toEqual([
          { kind: "sessions-ended", sessionIds: [phone.session.id], reason: "signed_out_elsewhere" },
        ]);
      });

      test("OUT-10: another user's session is as unknown as one that never was", async () => {
        await using app = await open();
        const [ann, bob] = [await app.signIn("Ann"), await app.signIn("Bob")];

        expect(await app.end({ userId: ann.session.userId, sessionId: bob.session.id })).toEqual([]);
        expect(await app.end({ userId: ann.session.userId, sessionId: "no-such" })).toEqual([]);

        expect(await app.validate(bob)).not.toBeNull();
        expect(app.hints).toEqual([]);
      });

      test("OUT-08: all others of the user, or all of them", async () => {
        await using app = await open();
        const [ann, bob] = [await app.signIn("Ann"), await app.signIn("Bob")];
        const { userId } = ann.session;
        const [phone, tablet] = [await app.create(userId), await app.create(userId)];

        const others = await app.end({ userId, exceptSessionId: ann.session.id });
        expect(others.toSorted()).toEqual([phone.session.id, tablet.session.id].toSorted());
        expect(await Promise.all([ann, phone, tablet, bob].map((session) => app.isValid(session)))).toEqual([
          true,
          false,
          false,
          true,
        ]);
        expect(await app.end({ userId })).toEqual([ann.session.id]);
        expect(await Promise.all([ann, bob].map((session) => app.isValid(session)))).toEqual([false, true]);
      });

      test("a change of mind of the transaction ends nothing and tells nothing; the commit tells once", async () => {
        await using app = await open();
        const ann = await app.signIn("Ann");
        const { userId } = ann.session;
        const toldInside: number[] = [];

        const failed = app.db.transaction(async (tx) => {
          await app.engine.end(tx, { userId }, "deactivated");
          throw new Error("no");
        });
        await expect(failed).rejects.toThrow("no");
        expect(app.hints).toEqual([]);
        expect(await app.isValid(ann)).toBe(true);

        await app.db.transaction(async (tx) => {
          await app.engine.end(tx, { userId }, "deactivated");
          toldInside.push(app.hints.length);
        });
        expect(toldInside).toEqual([0]);
        expect(app.hints).toEqual([{ kind: "sessions-ended", sessionIds: [ann.session.id], reason: "deactivated" }]);
      });
    });

    describe("beginning", () => {
      test("a session of a transaction that is rolled back never was", async () => {
        await using app = await open();
        const userId = await insertUser(app.db, "Ann");
        const made: NewSession[] = [];

        const failed = app.db.transaction(async (tx) => {
          made.push(await app.engine.create(tx, { ...origin, userId, remember: false }));
          throw new Error("no");
        });

        await expect(failed).rejects.toThrow("no");
        expect(await Promise.all(made.map((session) => app.isValid(session)))).toEqual([false]);
        expect(await app.db.$count(app.db.tables.sessions)).toBe(0);
      });

      test("what a browser calls itself is kept only as far as it tells devices apart", async () => {
        await using app = await open();
        const userId = await insertUser(app.db, "Ann");
        await app.create(userId, { userAgent: "x".repeat(10_000) });

        const [device] = await app.engine.list(userId);
        expect(device?.userAgent).toHaveLength(512);
      });
    });

    describe("the list of a user's sessions", () => {
      test("are a hundred at most: with one more the one that was not used for longest ends, and nobody else's", async () => {
        await using app = await open();
        const bob = await app.signIn("Bob");
        const first = await app.signIn("Ann");
        const { userId } = first.session;
        const begin = () => app.db.transaction((tx) => app.engine.create(tx, { userId, remember: false, ...origin }));
        for (let count = 1; count < 100; count += 1) {
          app.clock.advance(second);
          await begin();
        }
        await expect(app.validate(first)).resolves.not.toBeNull();
        app.clock.advance(second);

        const last = await begin();

        await expect(app.validate(first)).resolves.toBeNull();
        await expect(app.validate(last)).resolves.not.toBeNull();
        await expect(app.validate(bob)).resolves.not.toBeNull();
        await expect(app.engine.list(userId)).resolves.toHaveLength(100);
      });

      test("holds the user's own running ones, the most recently used first, with what tells them apart", async () => {
        await using app = await open();
        const [ann, bob] = [await app.signIn("Ann"), await app.signIn("Bob")];
        const { userId } = ann.session;
        app.clock.advance(10 * minute);
        const phone = await app.create(userId, { ip: "2001:db8::1", userAgent: null });
        app.clock.advance(10 * minute);
        expect(await app.engine.list(userId)).toEqual([
          { ...phone.session, ip: "2001:db8::1", userAgent: null },
          { ...ann.session, ...origin },
        ]);

        await app.touch(await app.validate(ann));
        expect((await app.engine.list(userId)).map(({ id }) => id)).toEqual([ann.session.id, phone.session.id]);
        app.clock.advance(50 * minute);
        expect((await app.engine.list(userId)).map(({ id }) => id)).toEqual([ann.session.id]);
        expect(await app.engine.list(bob.session.userId)).toEqual([]);
      });
    });

    describe("pruning", () => {
      test("removes what is past a limit, says how many, and leaves what runs", async () => {
        await using app = await open();
        const gone = [await app.signIn("Ann"), await app.signIn("Bob")];
        app.clock.advance(30 * minute);
        const eve = await app.signIn("Eve");
        expect(await app.engine.prune()).toBe(0);
        app.clock.advance(30 * minute);

        expect(await app.engine.prune()).toBe(2);
        expect(await app.engine.prune()).toBe(0);
        const left = await app.db.select().from(app.db.tables.sessions);
        expect(left.map(({ id }) => id)).toEqual([eve.session.id]);
        expect(await Promise.all(gone.map((session) => app.isValid(session)))).toEqual([false, false]);
        expect(await app.isValid(eve)).toBe(true);
      });
    });
  });
}
