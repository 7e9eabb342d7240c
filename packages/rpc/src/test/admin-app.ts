import { eq } from "drizzle-orm";

import type { TestDialect } from "@app/services/databases";
import type { LibraryPermission } from "@countersign/contract";
import type { CoreTables } from "@countersign/db";

import { createProcedures } from "../procedure/procedures.ts";
import { adminRouter } from "../routers/admin.ts";
import { sessionRouter } from "../routers/session.ts";
import type { RawFrame, RawSocket } from "../testing/raw-socket.ts";
import { startTestApp, type TestAppOptions, type TestUser } from "../testing/test-app.ts";

const appPermissions = ["notes.view", "notes.change"] as const;
export type AdminTestPermission = LibraryPermission | (typeof appPermissions)[number];

const { protectedProcedure, router } = createProcedures({ permissions: appPermissions });
export const adminTestRouter = router({
  admin: adminRouter,
  session: sessionRouter,
  who: protectedProcedure.query(({ ctx }) => ctx.user.username),
});

type Options = Partial<Omit<TestAppOptions<CoreTables>, "router" | "databaseUrl" | "permissions">>;

/** The admin's procedures on an app of their own, with people in it. */
export async function startAdminApp(dialect: TestDialect, options: Options = {}) {
  const database = await dialect.create();
  const app = await startTestApp({
    router: adminTestRouter,
    databaseUrl: database.url,
    permissions: appPermissions,
    ...options,
  });
  const { users } = app.db.tables;

  return {
    app,
    databaseUrl: database.url,
    /** A superuser. */
    async root(username = "root"): Promise<TestUser> {
      const root = await app.signIn(username);
      await app.db.update(users).set({ isSuperuser: true }).where(eq(users.id, root.id));
      return root;
    },
    /** Staff with these permissions. */
    async staff(username: string, ...permissions: readonly AdminTestPermission[]): Promise<TestUser> {
      const user = await app.signIn(username);
      await app.db.update(users).set({ isStaff: true }).where(eq(users.id, user.id));
      for (const permission of permissions) await app.auth.rights.grant(user.id, permission);
      return user;
    },
    async readUser(id: string) {
      const user = await app.auth.admin.users.find(id);
      if (!user) throw new Error(`There is no user ${id}.`);
      return user;
    },
    /** What the audit log says of an action: outcome and reason, the newest first. */
    async audited(action: string) {
      await app.auth.audit.flush();
      const events = await app.auth.audit.list({ action, limit: 100 });
      return events.map(({ outcome, reason, actorName, subjectName, details }) => ({
        outcome,
        reason,
        actorName,
        subjectName,
        details,
      }));
    },
    async [Symbol.asyncDispose]() {
      await app[Symbol.asyncDispose]();
      await database[Symbol.asyncDispose]();
    },
  };
}

/** What a call came to: `OK`, or the code with the reason behind it. */
export function outcomeOf(frame: RawFrame): string {
  if (!frame.error) return "OK";
  const { code, reason } = frame.error.data;
  return typeof reason === "string" ? `${code} ${reason}` : code;
}

/** The data a query or a mutation answered with. @throws when it failed. */
export async function answer<Data = Readonly<Record<string, unknown>>>(call: Promise<RawFrame>): Promise<Data> {
  const frame = await call;
  if (frame.error) throw new Error(JSON.stringify(frame.error));
  // The cast: the caller knows what the procedure answers.
  return frame.result?.data as Data;
}

/** Makes a change and says what it came to. */
export async function attempt(socket: RawSocket, path: string, input: unknown): Promise<string> {
  return outcomeOf(await socket.mutate(path, input));
}
