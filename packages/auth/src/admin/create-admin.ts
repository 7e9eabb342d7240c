import { eq } from "drizzle-orm";

import { can } from "../rights/can.ts";

import type { AdminContext } from "./admin-context.ts";
import type { Admin, AdminCall, AdminOutcome } from "./admin.ts";
import { createGroup, removeGroup, updateGroup } from "./change-groups.ts";
import { createUser } from "./create-user.ts";
import { findUser } from "./find-user.ts";
import { findGroup, listGroups, readGroupRows } from "./list-groups.ts";
import { listSessions, readSessionRows } from "./list-sessions.ts";
import { listUsers, readUserRows } from "./list-users.ts";
import { changeUser, done } from "./make-change.ts";
import { removeIdentity } from "./remove-identity.ts";
import { sendReset } from "./send-reset.ts";
import { endSessionsOf, removeUser, setActive } from "./switch-user.ts";
import { updateUser } from "./update-user.ts";
import { setGroups, setPermissions, setStaff, setSuperuser } from "./user-rights.ts";

export function createAdmin(context: AdminContext): Admin {
  const { clock, db } = context;
  return {
    users: {
      list: (query) => listUsers(db, query),
      rows: (query) => readUserRows(db, query),
      find: (id, viewerId = null) => findUser(context, id, viewerId),
      create: (call, input) => createUser(context, call, input),
      update: (call, input) => updateUser(context, call, input),
      setActive: (call, input) => setActive(context, call, input),
      setStaff: (call, input) => setStaff(context, call, input),
      setSuperuser: (call, input) => setSuperuser(context, call, input),
      setPermissions: (call, input) => setPermissions(context, call, input),
      setGroups: (call, input) => setGroups(context, call, input),
      endSessions: (call, id) => endSessionsOf(context, call, id),
      sendReset: (call, id) => sendReset(context, call, id),
      removeIdentity: (call, input) => removeIdentity(context, call, input),
      remove: (call, id) => removeUser(context, call, id),
    },
    groups: {
      list: (query) => listGroups(db, query),
      rows: (query) => readGroupRows(db, query),
      find: (id) => findGroup(db, id),
      create: (call, input) => createGroup(context, call, input),
      update: (call, input) => updateGroup(context, call, input),
      remove: (call, id) => removeGroup(context, call, id),
    },
    sessions: {
      list: (query) => listSessions(context, query, new Date(clock.now())),
      rows: (query) => readSessionRows(context, query, new Date(clock.now())),
      end: (call, id) => endSession(context, call, id),
    },
    listPermissions: (principal) => [...context.permissions].map((name) => ({ name, isHeld: can(principal, name) })),
  };
}

/** See `AdminSessions.end`. */
async function endSession(context: AdminContext, call: AdminCall, id: string): Promise<AdminOutcome> {
  const { sessions } = context.db.tables;
  const [session] = await context.db.select({ userId: sessions.userId }).from(sessions).where(eq(sessions.id, id));
  if (!session) return { status: "missing" };

  const { userId } = session;
  const options = { action: "admin.session.end", userId, details: { session: id } } as const;
  return changeUser(context, call, options, async (tx) => {
    const ended = await context.sessions.end(tx, { userId, sessionId: id }, "ended");
    return { outcome: ended.length === 0 ? { status: "missing" } : done };
  });
}
