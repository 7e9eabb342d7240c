import { Pool } from "pg";

import { newId } from "@countersign/auth";

import { monotonicMs } from "../monotonic-clock.ts";
import type { SignInProvider } from "../side/side.ts";
import { createBenchAccounts } from "../sides/countersign-accounts.ts";
import { createMembers, type Member } from "../sides/countersign-members.ts";
import { permission } from "../sides/permission.ts";

/** The one database of all replicas, and a person in it: who changes rows and tells nobody. */
export interface ReplicasDatabase extends AsyncDisposable {
  readonly members: readonly Member[];
  deleteSession(id: string): Promise<number>;
  setExpiry(sessionId: string, at: number): Promise<void>;
  readExpiry(sessionId: string): Promise<number>;
  /** The permission is the group's from now on, and no longer the user's own. */
  allowByGroup(userId: string): Promise<void>;
  /** The session came from this provider, which calls it by the same name. */
  connect(member: Member, sessionId: string, provider: SignInProvider): Promise<void>;
  /** From now on nothing tells of a change but reading. */
  silence(): Promise<void>;
}

/** Fills an empty database: so many users on two sessions each, all with a password; the first one is an administrator. */
export async function fillReplicasDatabase(url: string, sessionCounts: readonly number[]): Promise<ReplicasDatabase> {
  const members = await createMembers(url, sessionCounts);
  await createBenchAccounts(url, 0);
  // Several are asked at once where rounds are waited for together.
  const pool = new Pool({ connectionString: url, max: 5 });
  // Its connections end with the database, which may go first.
  pool.on("error", () => {});
  await pool.query(`
    update users set email_verified_at = now(),
      password_hash = (select password_hash from users where username_key = 'pattern');
    insert into groups (id, name, created_at) values ('${groupId}', 'readers', now());
    insert into group_permissions values ('${groupId}', '${permission}')`);
  await pool.query("update users set is_superuser = true, is_staff = true where id = $1", [members[0]?.userId]);

  return {
    members,
    async deleteSession(id) {
      const { rowCount } = await pool.query("delete from sessions where id = $1", [id]);
      const at = monotonicMs();
      if (rowCount !== 1) throw new Error(`${rowCount} sessions were deleted instead of one.`);
      return at;
    },
    async setExpiry(sessionId, at) {
      // Both limits: use moves the other one.
      const text = "update sessions set expires_at = $2, absolute_expires_at = $2 where id = $1";
      await pool.query(text, [sessionId, new Date(at)]);
    },
    async readExpiry(sessionId) {
      const { rows } = await pool.query<{ at: Date }>("select expires_at as at from sessions where id = $1", [
        sessionId,
      ]);
      return rows[0]?.at.getTime() ?? Number.NaN;
    },
    async allowByGroup(userId) {
      await pool.query("insert into group_members values ($1, $2)", [groupId, userId]);
      await pool.query("delete from user_permissions where user_id = $1", [userId]);
    },
    async connect({ userId }, sessionId, { name, issuer }) {
      const identityId = newId();
      await pool.query(
        `insert into identities (id, user_id, issuer, subject, provider, created_at) values ($1, $2, $3, $2::text, $4, now())`,
        [identityId, userId, issuer, name],
      );
      await pool.query(
        "insert into provider_sessions (session_id, identity_id, provider, sid, version) values ($1, $2, $3, $1::text, 1)",
        [sessionId, identityId, name],
      );
    },
    async silence() {
      for (const table of ["users", "sessions"]) {
        for (const event of ["update", "delete"])
          await pool.query(`alter table ${table} disable trigger countersign_notify_${event}`);
      }
    },
    [Symbol.asyncDispose]: () => pool.end(),
  };
}

const groupId = "01890a5d-ac96-774b-bcce-000000000001";
