import { eq } from "drizzle-orm";

import { newId } from "@countersign/auth";
import type { TestApp } from "@countersign/rpc/testing";

import type { Tables } from "../tables.ts";

/** Who calls, from the least to the most that a caller may be. */
export const roles = [
  "anonymous",
  "inactive",
  "unverified",
  "ordinary",
  "staff",
  "superuser",
  "stale superuser",
] as const;
export type Role = (typeof roles)[number];

/** A user made for one call, with a session; `cookie` is undefined for somebody who has none. */
export interface Member {
  readonly id: string;
  readonly version: number;
  readonly username: string;
  readonly email: string;
  readonly password: string;
  readonly sessionId: string;
  /** At a provider that nobody can sign in with. */
  readonly identityId: string;
  readonly cookie: string | undefined;
}

/** One call's caller, and somebody else for the caller to act on. */
export interface Cast {
  readonly caller: Member;
  readonly other: Member;
  /** A group the caller is not in. */
  readonly group: { readonly id: string; readonly version: number };
}

/** The one permission staff hold, through a group. */
export const staffPermission = "users.change";

const password = "a password of some length";
const staffGroup = "readers";

/** Makes callers. Each is new, so that no call sees what another one did. */
export async function openCasting(app: TestApp<Tables>): Promise<(role: Role) => Promise<Cast>> {
  const passwordHash = await readHash(app);
  await app.auth.rights.setGroup(staffGroup, [staffPermission]);
  const { cookie: sessionCookie, clock } = app.app.services;

  async function enlist(role: Role): Promise<Member> {
    const [id, identityId] = [newId(), newId()];
    const username = `u${id.replaceAll("-", "")}`;
    const email = `${username}@example.test`;
    const now = new Date(clock.now());
    const isSuperuser = role.includes("superuser");
    const { session, token } = await app.db.transaction(async (tx) => {
      const { users, groups, groupMembers, identities, sessions } = tx.tables;
      await tx.insert(users).values({
        id,
        username,
        usernameKey: username,
        email,
        emailKey: email,
        passwordHash,
        createdAt: now,
        emailVerifiedAt: role === "unverified" ? null : now,
        isStaff: role === "staff" || isSuperuser,
        isSuperuser,
      });
      await tx.insert(identities).values({
        id: identityId,
        userId: id,
        issuer: "https://id.example.test",
        subject: username,
        provider: "gone",
        createdAt: now,
      });
      if (role === "staff") {
        const [group] = await tx.select({ id: groups.id }).from(groups).where(eq(groups.name, staffGroup));
        await tx.insert(groupMembers).values({ groupId: group?.id ?? "", userId: id });
      }
      const begun = await app.auth.sessions.create(tx, { userId: id, remember: false, ip: null, userAgent: null });
      if (role === "inactive") await tx.update(users).set({ isActive: false }).where(eq(users.id, id));
      if (role === "stale superuser") {
        const anHourAgo = new Date(clock.now() - 3_600_000);
        await tx.update(sessions).set({ authenticatedAt: anHourAgo }).where(eq(sessions.id, begun.session.id));
      }
      return begun;
    });
    const { users } = app.db.tables;
    const [row] = await app.db.select({ version: users.version }).from(users).where(eq(users.id, id));
    const version = row?.version ?? 0;
    const cookie = role === "anonymous" ? undefined : `${sessionCookie.name}=${token}`;
    return { id, version, username, email, password, sessionId: session.id, identityId, cookie };
  }

  async function makeGroup(): Promise<Cast["group"]> {
    const id = await app.auth.rights.setGroup(`group ${newId()}`, []);
    const group = await app.auth.admin.groups.find(id);
    return { id, version: group?.version ?? 0 };
  }

  return async (role) => ({ caller: await enlist(role), other: await enlist("ordinary"), group: await makeGroup() });
}

/** The hash of everybody's password, computed once. */
async function readHash({ auth, db }: TestApp<Tables>): Promise<string> {
  const username = "first";
  const from = { ip: null, userAgent: null, presented: null };
  await auth.accounts.register({ username, email: `${username}@example.test`, password }, from);
  const { users } = db.tables;
  const [user] = await db.select({ hash: users.passwordHash }).from(users).where(eq(users.usernameKey, username));
  if (typeof user?.hash !== "string") throw new Error("The first user was not registered.");
  return user.hash;
}
